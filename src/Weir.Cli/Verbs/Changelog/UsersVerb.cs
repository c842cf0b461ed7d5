using System.CommandLine;
using System.Text.Json;
using Weir.Changelogs.Devices;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Lustre.Changelog;

namespace Weir.Cli.Verbs.Changelog;

/// <summary><c>weir changelog users</c>: who reads an MDT's changelog, how far behind, and who will be removed.</summary>
internal sealed class UsersVerb : Verb
{
    public const string Summary = "Show the users of an MDT's changelog, and how far behind they are.";

    private readonly Argument<string> _mdt = new("MDT") { Description = "The MDT, as testfs-MDT0000. It must be served by this machine." };
    private readonly Option<string?> _parameters = ChangelogHelp.Parameters();
    private readonly Option<bool> _json = SharedOptions.Json();

    public UsersVerb() : base("users", Summary)
    {
        Arguments.Add(_mdt);
        Options.Add(_parameters);
        Options.Add(_json);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Prints what the MDT says in changelog_users: each user, up to where it has cleared, how many records that is behind, how long ago it cleared something, and the record types it asked for. A user that the MDT would remove at its next garbage collection (changelog_max_idle_time, changelog_max_idle_indexes) is marked, with the reason.",
        ],
        Examples =
        [
            new("weir changelog users testfs-MDT0000", "On the MDT's server, as root."),
            new("weir changelog users testfs-MDT0000 --json | jq '.users[] | select(.behind > 1000000)'", "Who is more than a million records behind."),
        ],
        ExitCodes = [new("3", "a user would be removed at the next garbage collection")],
        Files = ChangelogHelp.Files,
    };

    public override Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        string mdt = ChangelogHelp.CheckMdt(run.Get(_mdt));
        MdtParameters parameters = ChangelogHelp.ParametersIn(run.Get(_parameters));
        ChangelogUsers users = parameters.ReadUsers(mdt, out int skipped)
            ?? throw new IOException($"There is no readable {mdt}/changelog_users in {string.Join(", ", parameters.Roots)}: users show only on the MDT's server, and only to root");
        if (skipped > 0) run.Terminal.Say($"warning: {skipped} lines of changelog_users are no user's");
        CollectionLimits limits = parameters.ReadLimits(mdt);
        if (run.Get(_json)) WriteJson(run, mdt, users, limits);
        else WriteText(run, users, limits);
        bool hasDoomed = users.Users.Any(user => limits.WhyRemoved(user, users.CurrentIndex) is not null);
        return Task.FromResult(hasDoomed ? ExitCode.FoundProblems : ExitCode.Done);
    }

    private static ulong Behind(ChangelogUser user, ulong current) => current > user.Index ? current - user.Index : 0;

    private static void WriteText(Invocation run, ChangelogUsers users, CollectionLimits limits)
    {
        run.Out.WriteLine($"current index {users.CurrentIndex}");
        run.Out.WriteLine($"{"USER",-20} {"CLEARED",12} {"BEHIND",12} {"IDLE",10}  MASK");
        foreach (ChangelogUser user in users.Users)
        {
            string idle = user.IdleSeconds is { } seconds ? $"{seconds}s" : "-";
            string doomed = limits.WhyRemoved(user, users.CurrentIndex) is { } reason ? $"  will be removed: {reason}" : "";
            run.Out.WriteLine($"{user.Id,-20} {user.Index,12} {Behind(user, users.CurrentIndex),12} {idle,10}  {user.Mask?.ToString() ?? "-"}{doomed}");
        }
    }

    private static void WriteJson(Invocation run, string mdt, ChangelogUsers users, CollectionLimits limits)
    {
        using (var json = new Utf8JsonWriter(run.Out, OutputJson.Compact))
        {
            json.WriteStartObject();
            json.WriteString("mdt", mdt);
            json.WriteNumber("current_index", users.CurrentIndex);
            json.WriteStartArray("users");
            foreach (ChangelogUser user in users.Users)
            {
                json.WriteStartObject();
                json.WriteString("id", user.Id);
                json.WriteNumber("index", user.Index);
                json.WriteNumber("behind", Behind(user, users.CurrentIndex));
                if (user.IdleSeconds is { } idle) json.WriteNumber("idle_seconds", idle);
                else json.WriteNull("idle_seconds");
                json.WriteString("mask", user.Mask?.ToString());
                json.WriteString("removed_because", limits.WhyRemoved(user, users.CurrentIndex));
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        run.Out.EndLine();
    }
}
