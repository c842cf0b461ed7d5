using System.CommandLine;
using System.Globalization;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Coordinator.Agents;
using Weir.Coordinator.Protocol;
using Weir.Coordinator.Requests;
using Weir.Lustre;
using Weir.Server.Coordinator;

namespace Weir.Cli.Verbs.Coordinator;

/// <summary><c>weir coordinator recv</c> and <c>drain</c>: takes work as an agent does, to see it or to be rid of it.</summary>
internal sealed class RecvVerb : ClientVerb
{
    public const string RecvSummary = "Take work as an agent does and print it; it is given back at the end.";
    public const string DrainSummary = "Take all work and report it as done, whatever it is.";

    private readonly bool _isDrain;
    private readonly Option<string?> _id = new("--client-id", "-I") { HelpName = "ID", Description = "The agent to be (COORDINATOOL_CLIENT_ID; none)." };
    private readonly Option<int[]> _archives = new("-A", "--archive") { HelpName = "ID", Description = "Only this archive. May be repeated (all)." };
    private readonly Option<int> _iterations = new("--iters", "-i") { HelpName = "N", Description = "End after so many lists (0: go on)." };
    private readonly Option<bool> _json = new("--json") { Description = "Print each list as it came." };

    private RecvVerb(string name, string summary, bool isDrain) : base(name, summary)
    {
        _isDrain = isDrain;
        foreach (Option option in (Option[])[_id, _archives, _iterations, _json]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description = _isDrain
            ? ["Takes work and reports every request as done with status 0, without doing it: Lustre is not told, so this is for requests that Lustre has forgotten, and for tests. It ends with --iters, or when it is stopped."]
            : ["Takes work and prints it, a line a request. What it took runs nowhere; when it ends, the coordinator hands it to others. For looking at what agents are given."],
        Examples = [_isDrain ? new("weir coordinator drain -A 7", "Be rid of everything for archive 7.") : new("weir coordinator recv -i 1 --json", "One list, as agents get it.")],
        Done = "the lists that --iters asks for have come",
        Environment = [.. ClientEnvironment, new("COORDINATOOL_CLIENT_ID, _MAX_ARCHIVE, _MAX_RESTORE, _MAX_REMOVE, _HAL_SIZE", "The agent's id and limits, before what a file says.")],
        Files = ClientFiles,
    };

    public static RecvVerb Recv() => new("recv", RecvSummary, false);

    public static RecvVerb Drain() => new("drain", DrainSummary, true);

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        CoordinatoolFile file = ReadOriginal(run);
        AgentOptions agent = ReadAgent(run, file);
        await using CoordinatorConnection connection = await CoordinatorConnection.OpenAsync(agent.Server, cancellationToken);
        RequestWriter.WriteEhlo(connection.Outgoing, agent, null);
        await connection.AskAsync(cancellationToken);
        int iterations = run.Get(_iterations);
        for (int i = 0; iterations == 0 || i < iterations; i++) await TakeAsync(run, connection, agent, cancellationToken);
        return ExitCode.Done;
    }

    private async Task TakeAsync(Invocation run, CoordinatorConnection connection, AgentOptions agent, CancellationToken cancellationToken)
    {
        RequestWriter.WriteRecv(connection.Outgoing, agent.MaxArchive, agent.MaxRestore, agent.MaxRemove, agent.MaxBytes);
        CoordinatorReply reply = await connection.AskAsync(cancellationToken);
        if (run.Get(_json)) WriteJson(run, connection.Work, reply);
        else foreach (HsmRequest request in connection.Work) WriteLine(run, request);
        run.Out.Flush();
        if (!_isDrain) return;
        int sent = 0;
        foreach (HsmRequest request in connection.Work.Where(request => request.Action != HsmAction.Cancel))
        {
            RequestWriter.WriteDone(connection.Outgoing, request.Key, 0);
            sent++;
        }

        await connection.FlushAsync(cancellationToken);
        for (; sent > 0; sent--) (await connection.ReadAsync(cancellationToken)).ThrowIfRefused();
    }

    private static void WriteLine(Invocation run, HsmRequest request) => run.Out.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"{HsmNames.Text(request.Action)} fid=[{request.Fid}] dfid=[{request.DataFid}] cookie=0x{request.Cookie:x} archive#={request.ArchiveId}"));

    private static void WriteJson(Invocation run, IReadOnlyList<HsmRequest> work, CoordinatorReply reply)
    {
        var json = new JsonComposer();
        ReplyWriter.BeginRecv(json, reply.ArchiveId, reply.Flags, System.Text.Encoding.UTF8.GetBytes(reply.FsName));
        foreach (HsmRequest request in work) RequestWriter.WriteItem(json, request);
        ReplyWriter.EndRecv(json);
        run.Out.Write(json.Written);
        run.Out.EndLine();
    }

    private AgentOptions ReadAgent(Invocation run, CoordinatoolFile file)
    {
        int[] archives = run.Get(_archives) is { Length: > 0 } given ? given : [.. file.FindAll("archive_id").Select(value => (int)ParseSize(value.Text, value.Source.ToString()))];
        if (archives.Any(id => id <= 0)) throw new UsageException("an archive id is above 0");
        return new()
        {
            Server = ReadAddress(run, file),
            Id = run.Get(_id) ?? file.Find("client_id")?.Text,
            ArchiveIds = archives,
            MaxArchive = Limit("max_archive", -1),
            MaxRestore = Limit("max_restore", -1),
            MaxRemove = Limit("max_remove", -1),
            MaxBytes = Limit("hal_size", ClientRequest.DefaultMaxBytes),
        };

        long Limit(string key, long otherwise) => file.Find(key) is { } value ? ParseSize(value.Text, $"{value.Source}: {key}") : otherwise;
    }
}
