using System.CommandLine;
using Weir.Changelogs.Auditing;
using Weir.Changelogs.Coalescing;
using Weir.Changelogs.Devices;
using Weir.Changelogs.Merging;
using Weir.Changelogs.Paths;
using Weir.Changelogs.Records;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Cli.Verbs.Feed;
using Weir.Feed;
using Weir.Lustre.Changelog;

namespace Weir.Cli.Verbs.Changelog;

/// <summary><c>weir changelog read</c>: prints changelog records from a file, a device or the feed.</summary>
internal sealed class ReadVerb : FeedVerb
{
    public const string Summary = "Print changelog records from the feed, a file or a device.";

    private const int ReadBytes = 256 * 1024;

    private readonly Argument<string[]> _mdts = new("MDT") { Description = "Whose records; otherwise all that the feed has.", Arity = new(0, 1000) };
    private readonly Option<string?> _file = new("--file") { HelpName = "FILE", Description = "Read a file, or standard input (-): packed records, or lines of 'lfs changelog'." };
    private readonly Option<bool> _fromDevice = new("--device") { Description = "Read the MDT's device rather than the feed. Nothing is cleared." };
    private readonly Option<string?> _device = ChangelogHelp.Device();
    private readonly Option<string?> _format = new("--format") { HelpName = "FORMAT", Description = "text (as 'lfs changelog' prints), json, or cloudevents." };
    private readonly Option<bool> _json = SharedOptions.Json();
    private readonly Option<ulong> _from = new("--from") { HelpName = "RECORD", Description = "From this record's index on." };
    private readonly Option<ulong?> _to = new("--to") { HelpName = "RECORD", Description = "Up to this record's index." };
    private readonly Option<string?> _mask = ChangelogHelp.Mask();
    private readonly Option<string?> _profile = new("--profile") { HelpName = "NAME", Description = "audit: denied opens, opens and attribute reads; db: what a mirror needs, coalesced." };
    private readonly Option<bool> _coalesce = new("--coalesce") { Description = "Leave out what later records undo or say again." };
    private readonly Option<int> _window = new("--window") { HelpName = "RECORDS", Description = "How far coalescing looks back.", DefaultValueFactory = _ => CoalescerOptions.Default.WindowRecords };
    private readonly Option<bool> _paths = new("--paths") { Description = "Add paths, from the records' own parents and names. JSON only." };
    private readonly Option<string?> _mount = new("--mount") { HelpName = "DIR", Description = "Ask 'lfs fid2path DIR' for what the records do not tell. With --paths." };

    public ReadVerb() : base("read", Summary)
    {
        Arguments.Add(_mdts);
        foreach (Option option in (Option[])[_file, _fromDevice, _device, _format, _json, _from, _to, _mask, _profile, _coalesce, _window, _paths, _mount]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Prints records up to what is there now. As text they are byte for byte what 'lfs changelog' prints; names stand in it as they are, so programs better take JSON. Records of several MDTs are merged by their times; that order is as good as the MDTs' clocks.",
            "--coalesce leaves out files that were made and removed, names that were linked and unlinked, and all but the last change of an attribute, within a window. What remains is in order and leads to the same namespace.",
            "--profile audit prints who opened, or was denied to open, which file, as CloudEvents with uid, gid, client and job. The MDT must record these types: changelog_mask +OPEN +GXATR +NOPEN.",
        ],
        Examples =
        [
            new("weir changelog read testfs-MDT0000", "What the feed has of one MDT."),
            new("weir changelog read --file changelog.bin", "Packed records, as 'lfs changelog' would print them."),
            new("weir changelog read --profile audit testfs-MDT0000 testfs-MDT0001", "Two MDTs' accesses for a SIEM."),
            new("weir changelog read testfs-MDT0000 --json --paths --mask CREAT,RENME,UNLNK", "With paths."),
        ],
        ExitCodes = [new("3", "records are missing or damaged; all others were printed")],
        Environment = FeedEnvironment,
        Files = [.. FeedFiles, .. ChangelogHelp.Files],
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string[] mdts = [.. (run.Get(_mdts) ?? []).Select(ChangelogHelp.CheckMdt)];
        ChangelogProfile? profile = Profile(run);
        ChangelogOutput format = Format(run, profile);
        bool coalesces = run.Get(_coalesce) || profile?.Coalesces == true;
        if (run.Get(_paths) && format != ChangelogOutput.Json) throw new UsageException("--paths goes with --format json; the text of 'lfs changelog' has no place for them");
        if (run.Get(_mount) is not null && !run.Get(_paths)) throw new UsageException("--mount goes with --paths");
        if (coalesces && format == ChangelogOutput.CloudEvents) throw new UsageException("--coalesce makes states of events, which are no CloudEvents; print text or JSON");
        if (run.Get(_window) is < 4 or > 4_000_000) throw new UsageException($"--window: {run.Get(_window)} is not between 4 and 4000000");
        bool readsOne = run.Get(_file) is not null || run.Get(_fromDevice);
        if (readsOne && (mdts.Length > 1 || (run.Get(_fromDevice) && mdts.Length == 0))) throw new UsageException("--file and --device read the changelog of one MDT; name one");
        ChangelogMask mask = run.Get(_mask) is { } names ? ChangelogHelp.ParseMask(names) : profile?.Mask ?? ChangelogMask.Everything;
        var selection = new ChangelogSelection(mask, run.Get(_from), run.Get(_to) ?? ulong.MaxValue);
        IFidPaths? elsewhere = run.Get(_mount) is { } mount ? new LfsFidPaths(mount) : null;
        CoalescerOptions? coalescing = coalesces ? new CoalescerOptions { WindowRecords = run.Get(_window) } : null;

        ChangelogStage StageOf(string mdt, bool namesMdt)
        {
            PathResolver? paths = run.Get(_paths) ? new(elsewhere: elsewhere) : null;
            return new(new ChangelogPrinter(run, mdt, format, namesMdt, paths), selection, paths, coalescing);
        }

        if (run.Get(_file) is { } file) return ReadFile(run, file, StageOf(mdts.FirstOrDefault() ?? "", false));
        if (run.Get(_fromDevice)) return ReadDevice(run, mdts[0], StageOf(mdts[0], false), cancellationToken);
        await using IFeedEngine feed = OpenExisting(run);
        if (mdts.Length == 0) mdts = [.. (await feed.ListTopicsAsync(ChangelogTopic.Prefix, cancellationToken)).Select(ChangelogTopic.MdtOf)];
        foreach (string mdt in mdts) await DescribeAsync(feed, ChangelogTopic.Of(mdt), cancellationToken);
        return await ReadFeedAsync(run, feed, mdts, mdt => StageOf(mdt, mdts.Length > 1), format, cancellationToken);
    }

    private static int ReadFile(Invocation run, string file, ChangelogStage stage)
    {
        using (stage)
        using (Stream stream = FollowVerb.Open(run, file))
        {
            IChangelogSource source = FileChangelog.SourceOf(stream);
            while (source.Next(out ChangelogRecord record, out ChangelogDamage damage) is var found && found != ChangelogScan.End)
            {
                if (found == ChangelogScan.Record) stage.Add(record, null);
                else Warn(run, file, damage, source is ChangelogTextReader);
            }

            stage.Finish();
            return source.SkippedCount > 0 ? ExitCode.FoundProblems : ExitCode.Done;
        }
    }

    private int ReadDevice(Invocation run, string mdt, ChangelogStage stage, CancellationToken cancellationToken)
    {
        var device = new KernelChangelog(mdt, run.Get(_device));
        var buffer = new byte[ReadBytes];
        bool isWhole = true;
        ulong last = 0;
        using (stage)
        using (IChangelogStream stream = device.Open(run.Get(_from)))
        {
            while (Read(stream, buffer, cancellationToken) is > 0 and var read)
            {
                var scanner = new ChangelogScanner(buffer.AsSpan(0, read), isFinal: true, last);
                while (scanner.Next(out ChangelogRecord record, out ChangelogDamage damage) is var found && found != ChangelogScan.End)
                {
                    if (found == ChangelogScan.Record) stage.Add(record, null);
                    else Warn(run, mdt, damage, isText: false);
                    isWhole &= found == ChangelogScan.Record;
                }

                last = scanner.LastIndex;
            }

            stage.Finish();
        }

        return isWhole ? ExitCode.Done : ExitCode.FoundProblems;
    }

    private static async Task<int> ReadFeedAsync(
        Invocation run, IFeedEngine feed, string[] mdts, Func<string, ChangelogStage> stageOf, ChangelogOutput format, CancellationToken cancellationToken)
    {
        Dictionary<string, ChangelogStage> stages = mdts.ToDictionary(mdt => mdt, stageOf);
        Dictionary<string, ChangelogPrinter> notices = mdts.ToDictionary(mdt => mdt, mdt => new ChangelogPrinter(run, mdt, format, false, null));
        await using MergedChangelogs merged = MergedChangelogs.Open(feed, mdts.Select(mdt => (mdt, RecordId.Zero)));
        bool isWhole = true;
        try
        {
            while (await merged.MoveNextAsync(cancellationToken))
            {
                if (merged.TryGetRecord(out ChangelogRecord record))
                {
                    stages[merged.Mdt].Add(record, merged.Id.Milliseconds);
                    continue;
                }

                notices[merged.Mdt].PrintNotice(merged.NoticeType, merged.NoticeData, merged.Id);
                if (merged.NoticeType != ChangelogTopic.Gap) continue;
                isWhole = false;
                run.Terminal.Say($"warning: {merged.Mdt}: records up to {merged.Id.Sequence} are missing: {System.Text.Encoding.UTF8.GetString(merged.NoticeData)}");
            }

            foreach (ChangelogStage stage in stages.Values) stage.Finish();
        }
        finally
        {
            foreach (ChangelogStage stage in stages.Values) stage.Dispose();
            foreach (ChangelogPrinter printer in notices.Values) printer.Dispose();
        }

        foreach (FeedGap hole in merged.Holes)
        {
            isWhole = false;
            run.Terminal.Say($"warning: {hole}");
        }

        return isWhole ? ExitCode.Done : ExitCode.FoundProblems;
    }

    private static int Read(IChangelogStream stream, byte[] buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return stream.Read(buffer);
            }
            catch (ChangelogDeviceException failed) when (failed.Errno is ChangelogDeviceException.Interrupted or ChangelogDeviceException.TryAgain)
            {
                if (failed.Errno == ChangelogDeviceException.TryAgain) stream.Poll(TimeSpan.FromSeconds(1));
            }
        }
    }

    private static void Warn(Invocation run, string place, ChangelogDamage damage, bool isText) => run.Terminal.Say(isText
        ? $"warning: {place}: line {damage.Offset} is no record: {damage.Error}"
        : $"warning: {place}: {damage.Bytes} bytes at {damage.Offset}, after record {damage.AfterIndex}, are no record: {damage.Error}");

    private ChangelogProfile? Profile(Invocation run)
    {
        if (run.Get(_profile) is not { } name) return null;
        return ChangelogProfile.All.FirstOrDefault(profile => profile.Name == name)
            ?? throw new UsageException($"--profile: '{name}' is neither {string.Join(" nor ", ChangelogProfile.All.Select(profile => profile.Name))}");
    }

    private ChangelogOutput Format(Invocation run, ChangelogProfile? profile)
    {
        string? name = run.Get(_format) ?? (run.Get(_json) ? "json" : null);
        if (run.Get(_json) && name != "json") throw new UsageException("--json and --format ask for different things; use one");
        return name switch
        {
            null => profile == ChangelogProfile.Audit ? ChangelogOutput.CloudEvents : ChangelogOutput.Text,
            "text" => ChangelogOutput.Text,
            "json" => ChangelogOutput.Json,
            "cloudevents" => ChangelogOutput.CloudEvents,
            _ => throw new UsageException($"--format: '{name}' is neither text, json nor cloudevents"),
        };
    }
}
