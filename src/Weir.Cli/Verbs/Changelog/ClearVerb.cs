using System.CommandLine;
using System.Globalization;
using Weir.Changelogs.Devices;
using Weir.Cli.Help;
using Weir.Cli.Running;

namespace Weir.Cli.Verbs.Changelog;

/// <summary><c>weir changelog clear</c>: tells an MDT which records a user needs no more.</summary>
internal sealed class ClearVerb : Verb
{
    public const string Summary = "Tell an MDT up to where a user needs no records any more.";

    private readonly Argument<string> _mdt = new("MDT") { Description = "The MDT, as testfs-MDT0000." };
    private readonly Argument<string> _user = new("USER") { Description = "The changelog user, as cl1." };
    private readonly Argument<string> _record = new("RECORD") { Description = "The last record that is not needed; 0: all that are there now." };
    private readonly Option<string?> _device = ChangelogHelp.Device();

    public ClearVerb() : base("clear", Summary)
    {
        foreach (Argument argument in (Argument[])[_mdt, _user, _record]) Arguments.Add(argument);
        Options.Add(_device);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "The same as 'lfs changelog_clear'. An MDT removes a record when every user has cleared it. 'weir changelog follow' clears by itself what is durable in the feed; by hand this is for users whose records nobody wants.",
        ],
        Examples =
        [
            new("weir changelog clear testfs-MDT0000 cl1 4711", "User cl1 needs nothing up to record 4711."),
            new("weir changelog clear testfs-MDT0000 cl2 0", "User cl2 needs nothing of what is there now."),
        ],
        Files = ChangelogHelp.Files,
    };

    public override Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string mdt = ChangelogHelp.CheckMdt(run.Get(_mdt)), user = ChangelogHelp.CheckUser(run.Get(_user));
        if (!ulong.TryParse(run.Get(_record), NumberStyles.None, CultureInfo.InvariantCulture, out ulong record))
            throw new UsageException($"'{run.Get(_record)}' is not the number of a record");
        try
        {
            new KernelChangelog(mdt, run.Get(_device)).Clear(user, record);
        }
        catch (ChangelogDeviceException failed) when (failed.Errno == ChangelogDeviceException.NoEntry && File.Exists(run.Get(_device) ?? $"/dev/changelog-{mdt}"))
        {
            throw new IOException($"{mdt}: {user} is not registered, or has cleared record {record} already", failed);
        }
        catch (ChangelogDeviceException failed) when (failed.Errno == ChangelogDeviceException.InvalidArgument)
        {
            throw new IOException($"{mdt}: there is no record {record} yet", failed);
        }

        return Task.FromResult(ExitCode.Done);
    }
}
