using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Weir.Cli.Help;
using Weir.Cli.Running;
using Weir.Coordinator.Agents;

namespace Weir.Cli.Verbs.Coordinator;

/// <summary><c>weir coordinator status</c>: what a coordinator has and does.</summary>
internal sealed class StatusVerb : ClientVerb
{
    public const string Summary = "Show agents, what runs and what waits; or where one request is.";

    private const string ClearScreen = "\e[H\e[J";
    private const int NormalVerbosity = 4;
    private const int ListsVerbosity = 6;
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(2);

    private readonly Option<string?> _why = new("--why") { HelpName = "COOKIE", Description = "Say where the request of this cookie (decimal, or hexadecimal with 0x) is, and why it does not run." };
    private readonly Option<bool> _watch = new("--watch") { Description = "Show it again every two seconds." };
    private readonly Option<bool> _lists = new("--lists") { Description = "With --json: every request that is known, too." };
    private readonly Option<bool> _json = new("--json") { Description = "Print the coordinator's answer as it came." };

    /// <summary>Given when called by the original's name.</summary>
    private readonly Option<bool> _asOriginal = new("--as-original") { Description = "Print what coordinatool-client prints." };

    public StatusVerb() : base("status", Summary)
    {
        foreach (Option option in (Option[])[_why, _watch, _lists, _json, _asOriginal]) Options.Add(option);
    }

    public override VerbHelp Help => new()
    {
        Description =
        [
            "Prints who is connected, how much each agent runs and has done, what waits of each class and kind and since when the oldest, and the batches. Works with the original's server, too, which tells less.",
        ],
        Examples =
        [
            new("weir coordinator status --watch", "Keep an eye on it."),
            new("weir coordinator status --why 0x66f2a1b3", "Where a request is, and why it is not running."),
        ],
        ExitCodes = [new("3", "--why: there is no such request")],
        Environment = ClientEnvironment,
        Files = ClientFiles,
    };

    public override async Task<int> RunAsync(Invocation run, CancellationToken cancellationToken)
    {
        if (run.Get(_watch) && (run.Get(_why) ?? (run.Get(_json) ? "" : null)) is not null) throw new UsageException("--watch is for the table only");
        await using CoordinatorConnection connection = await ConnectAsync(run, cancellationToken);
        if (run.Get(_why) is { } why) return await ExplainAsync(run, connection, ParseCookie(why), cancellationToken);
        while (true)
        {
            int verbosity = run.Get(_lists) ? ListsVerbosity : NormalVerbosity;
            RequestWriter.WriteStatus(connection.Outgoing, verbosity, wantsDetails: !run.Get(_asOriginal));
            CoordinatorReply reply = await connection.AskAsync(cancellationToken);
            if (run.Get(_watch) && run.Terminal.IsOutTerminal) run.Out.Write(ClearScreen);
            Print(run, reply.Json);
            if (!run.Get(_watch)) return ExitCode.Done;
            run.Out.Flush();
            await Task.Delay(WatchInterval, run.Time, cancellationToken);
        }
    }

    private void Print(Invocation run, ReadOnlyMemory<byte> answer)
    {
        if (run.Get(_json) && !run.Get(_asOriginal))
        {
            run.Out.Write(answer.Span);
            run.Out.EndLine();
            return;
        }

        using JsonDocument document = JsonDocument.Parse(answer);
        if (run.Get(_asOriginal)) PrintAsOriginal(run, document);
        else StatusTable.Write(run.Out, document.RootElement, run.Time.GetUtcNow());
    }

    private static void PrintAsOriginal(Invocation run, JsonDocument document)
    {
        run.Out.WriteLine("Got status reply:");
        using (var writer = new Utf8JsonWriter(run.Out, new() { Indented = true, NewLine = "\n", Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) document.WriteTo(writer);
        run.Out.EndLine();
    }

    private async Task<int> ExplainAsync(Invocation run, CoordinatorConnection connection, ulong cookie, CancellationToken cancellationToken)
    {
        RequestWriter.WriteWhy(connection.Outgoing, cookie);
        await connection.FlushAsync(cancellationToken);
        CoordinatorReply reply = await connection.ReadAsync(cancellationToken);
        if (reply.Status == 2)
        {
            run.Terminal.Say(string.Create(CultureInfo.InvariantCulture, $"no request with cookie 0x{cookie:x} waits or runs: it has ended, or never came"));
            return ExitCode.FoundProblems;
        }

        reply.ThrowIfRefused();
        if (run.Get(_json))
        {
            run.Out.Write(reply.Json.Span);
            run.Out.EndLine();
            return ExitCode.Done;
        }

        using JsonDocument document = JsonDocument.Parse(reply.Json);
        StatusTable.WriteExplanations(run.Out, document.RootElement, run.Time.GetUtcNow());
        return ExitCode.Done;
    }

    private static ulong ParseCookie(string text)
    {
        bool isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        bool isNumber = isHex
            ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong cookie)
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out cookie);
        return isNumber ? cookie : throw new UsageException($"--why: '{text}' is not a cookie");
    }
}
