using System.CommandLine;
using System.Globalization;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Coordinator.Agents;
using Weir.Lustre.HsmFiles;

namespace Weir.Cli.Verbs.Coordinator;

/// <summary><c>weir coordinator queue</c>: hands requests from an MDT's files to a coordinator.</summary>
internal sealed class QueueVerb : ClientVerb
{
    public const string Summary = "Queue requests from MDT text on standard input.";

    /// <summary>Small enough to go on while the coordinator makes the one before durable, large enough to cost little.</summary>
    private const int ItemsPerMessage = 2 * 1024;

    private const int MaxMessagesAhead = 32;

    private readonly Option<string?> _fsName = new("--fsname") { HelpName = "NAME", Description = "Only if the coordinator serves this file system." };
    private readonly Option<bool> _json = SharedOptions.Json();

    public QueueVerb() : base("queue", Summary)
    {
        Options.Add(_fsName);
        Options.Add(_json);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Reads lines of hsm/active_requests and hsm/actions, also as 'lctl get_param' prints them for several MDTs, and queues every archive, restore and remove that an MDT has handed over (of hsm/actions: what is STARTED) and nobody has cancelled. They are sent in messages of a bounded size while they are read, so input of any length takes little memory. What the coordinator knows already it skips.",
            "Lines that are no such requests are passed over and counted on standard error; a last line without a newline is cut, and not taken.",
        ],
        Examples =
        [
            new("lctl get_param mdt.*.hsm.active_requests | weir coordinator queue", "Give a coordinator what the MDTs believe to be running."),
            new("cat active_requests | weir coordinator queue -H coordinatool", "From a file, to another host."),
        ],
        ExitCodes = [new("1", "not everything was taken: the input was cut or held something unreadable, or the coordinator refused")],
        Environment = ClientEnvironment,
        Files = ClientFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        await using CoordinatorConnection connection = await ConnectAsync(run, cancellationToken);
        await using Stream input = run.Terminal.OpenInput();
        using var reader = new HsmFileReader<RequestTextLine>(input);
        var totals = new Totals();
        int ahead = 0;
        while (true)
        {
            int items = Fill(connection, reader, run.Get(_fsName), totals);
            if (items > 0)
            {
                totals.Sent += items;
                await connection.FlushAsync(cancellationToken);
                ahead++;
            }

            while (ahead > (items == 0 ? 0 : MaxMessagesAhead))
            {
                totals.Add((await connection.ReadAsync(cancellationToken)).ThrowIfRefused());
                ahead--;
            }

            if (items == 0) break;
        }

        return Report(run, reader, totals);
    }

    private static int Fill(CoordinatorConnection connection, HsmFileReader<RequestTextLine> reader, string? fsName, Totals totals)
    {
        int items = 0;
        while (items < ItemsPerMessage && reader.TryRead(out RequestTextLine line))
        {
            if (!line.IsWanted)
            {
                totals.Others++;
                continue;
            }

            if (items == 0) RequestWriter.BeginQueue(connection.Outgoing, fsName);
            RequestWriter.WriteItem(connection.Outgoing, line.Request);
            items++;
        }

        if (items > 0) RequestWriter.EndQueue(connection.Outgoing);
        return items;
    }

    private int Report(Invocation run, HsmFileReader<RequestTextLine> reader, Totals totals)
    {
        long bad = reader.Skipped.Total;
        if (run.Get(_json))
            run.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{{\"sent\":{totals.Sent},\"enqueued\":{totals.Enqueued},\"skipped\":{totals.Skipped},\"others\":{totals.Others},\"bad_lines\":{bad}}}"));
        else
            run.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{totals.Enqueued} queued, {totals.Skipped} known already"));
        if (totals.Others > 0) run.Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{totals.Others} lines are no archive, restore or remove that an MDT has handed over; passed over"));
        if (bad > 0) run.Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"{bad} lines could not be read: {reader.Skipped}"));
        if (reader.IsIncomplete) run.Terminal.Say("the input ends in the middle of a line, which was not taken");
        if (totals.Enqueued + totals.Skipped != totals.Sent) run.Terminal.Say("the coordinator did not count all that it was sent");
        return bad > 0 || reader.IsIncomplete || totals.Enqueued + totals.Skipped != totals.Sent ? ExitCode.Failed : ExitCode.Done;
    }

    private sealed class Totals
    {
        public long Sent { get; set; }

        public long Enqueued { get; private set; }

        public long Skipped { get; private set; }

        public long Others { get; set; }

        public void Add(CoordinatorReply reply)
        {
            Enqueued += reply.Enqueued;
            Skipped += reply.Skipped;
        }
    }
}
