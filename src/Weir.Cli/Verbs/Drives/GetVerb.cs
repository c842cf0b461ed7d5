using System.CommandLine;
using System.Globalization;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Erasure.Drives;
using Weir.Erasure.Format;
using Weir.Feed;
using Weir.Health;
using Weir.Health.Healing;
using Weir.Server.Feeds;

namespace Weir.Cli.Verbs.Drives;

/// <summary><c>weir drives get</c>: an object off raw drives, without its server.</summary>
internal sealed class GetVerb : Verb
{
    public const string Summary = "Print an object from raw drives, rebuilding what is lost.";

    private readonly Argument<string[]> _words = new("PATH")
    {
        Arity = new ArgumentArity(2, 100_000),
        Description = "The roots of the drives, in any order; last the object as BUCKET/KEY.",
    };
    private readonly Option<string?> _versionId = new("--version-id") { HelpName = "ID", Description = "The version to print, or null for the null version. Otherwise the newest." };
    private readonly Option<long> _offset = new("--offset") { HelpName = "BYTES", Description = "Begin at this byte." };
    private readonly Option<long?> _length = new("--length") { HelpName = "BYTES", Description = "Print so many bytes at most." };
    private readonly Option<string?> _feed = new(SharedOptions.FeedName) { HelpName = "URL", Description = "Ask on this feed for the repair of an object that could not be read, or of which something is missing." };
    private readonly Option<bool> _raw = new("--raw") { Description = "Print the stored bytes of an object that is compressed or encrypted." };

    public GetVerb() : base("get", Summary)
    {
        Arguments.Add(_words);
        Options.Add(_versionId);
        Options.Add(_offset);
        Options.Add(_length);
        Options.Add(_raw);
        Options.Add(_feed);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Finds the object on the given drives and prints its bytes. As many drives as the object has data shards suffice. The hash of every block is checked; blocks that are missing or damaged are rebuilt from the others, and standard error says which shards those were. Only reads; no server is needed.",
            "A version counts when as many drives hold its record as MinIO asks for. With drives missing, a newer version is passed over only where a drive that is there does not know it and its shards do not suffice; that is said too. When too few good shards of a block are left, the verb fails: what was printed before is right, and the rest is absent.",
        ],
        Examples =
        [
            new("weir drives get /data/disk* photos/2024/cat.jpg > cat.jpg", "The newest version."),
            new("weir drives get /mnt/rescue/* photos/cat.jpg --version-id 50051050-62bc-4928-b0d3-65f4f828a0c7 > cat.jpg", "A certain version, from the drives that are left."),
            new("weir drives get /data/disk* logs/big.bin --offset 1048576 --length 4096", "A piece of it."),
        ],
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string[] words = run.Get(_words);
        ObjectName name = ParseName(words[^1]);
        Guid? version = VersionId(run.Get(_versionId));
        if (run.Get(_feed) is not { } text)
        {
            await PrintAsync(run, words[..^1], name, version, cancellationToken);
            return ExitCode.Done;
        }

        if (!FeedUrl.TryParse(text, out FeedUrl? feed, out string problem)) throw new UsageException($"--feed: {problem}");
        try
        {
            if (await PrintAsync(run, words[..^1], name, version, cancellationToken)) await AskForRepairAsync(run, feed, name, cancellationToken);
            return ExitCode.Done;
        }
        catch (ObjectUnavailableException)
        {
            await AskForRepairAsync(run, feed, name, cancellationToken);
            throw;
        }
    }

    /// <summary>Whether something was missing or had to be rebuilt.</summary>
    private async Task<bool> PrintAsync(Invocation run, string[] drives, ObjectName name, Guid? version, CancellationToken cancellationToken)
    {
        LocatedObject located = new ObjectLocator(DriveTopology.Discover(drives)).Find(name, version);
        foreach (string note in located.Notes) run.Terminal.Say(note);
        XlObject content = located.Content;
        if (!run.Get(_raw) && (content.IsCompressed || content.IsEncrypted))
        {
            throw new ObjectUnavailableException($"{name} is stored {(content.IsEncrypted ? "encrypted" : "compressed")}, and only its server can undo that; --raw prints the stored bytes.");
        }

        var reader = new ObjectReader(located);
        long offset = run.Get(_offset), length = run.Get(_length) ?? long.MaxValue;
        if (offset < 0 || length < 0) throw new UsageException("--offset and --length cannot be negative");
        if (offset > reader.Length) throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--offset {offset} is beyond the object's {reader.Length} bytes"));
        try
        {
            await using var output = new UnbufferedOutput(run.Out);
            await reader.CopyToAsync(output, offset, Math.Min(length, reader.Length - offset), cancellationToken);
        }
        finally
        {
            foreach (RebuiltShard shard in reader.Ledger.Shards)
            {
                run.Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"rebuilt {shard.Blocks} blocks of shard {shard.Shard} of part {shard.Part}: {shard.Reason}"));
            }
        }

        return reader.Ledger.Shards.Count > 0 || located.Notes.Count > 0;
    }

    /// <summary>Every version: what is wrong with one is often wrong with the others. A feed that does not take it is said, and costs nothing else.</summary>
    private static async Task AskForRepairAsync(Invocation run, FeedUrl url, ObjectName name, CancellationToken cancellationToken)
    {
        try
        {
            IFeedEngine feed = FeedOpener.Open(url, run.Loggers);
            await using (feed) await HealRequests.AppendAsync(feed, [HealRequests.RealTime(name.Bucket, name.Key, versionId: null, "drives get")], cancellationToken);
            run.Terminal.Say($"asked on {url} for the repair of {name}");
        }
        catch (Exception failed) when (failed is FeedException or HealthException)
        {
            run.Terminal.Say($"the repair of {name} could not be asked for: {failed.Message}");
        }
    }

    private static ObjectName ParseName(string text)
    {
        try
        {
            return ObjectName.Parse(text);
        }
        catch (ArgumentException error)
        {
            throw new UsageException(error.Message.Split(" (Parameter")[0]);
        }
    }

    private static Guid? VersionId(string? text)
    {
        if (text is null) return null;
        if (text == "null") return Guid.Empty;
        return Guid.TryParseExact(text, "D", out Guid id) ? id : throw new UsageException($"'{text}' is no version id: a UUID, or null");
    }
}
