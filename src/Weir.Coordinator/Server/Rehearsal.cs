using Weir.Coordinator.Agents;
using Weir.Coordinator.Core;
using Weir.Coordinator.Protocol;
using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Server;

/// <summary>
/// Sends invented requests through the code that real ones will go through: messages, queues, lists and the journal's records, in memory only. The runtime
/// compiles a method when it is first called, and well when it has been called often; a server that has just started would otherwise do so while the first
/// hundred thousand requests of its life wait.
/// </summary>
public static class Rehearsal
{
    private const int Items = 400;

    private const int Rounds = 5;

    /// <summary>The runtime counts calls once nothing new has been called for a tenth of a second.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    /// <summary>Some rounds, with pauses, beside the server's work: all is compiled by the first, and compiled well by the last.</summary>
    public static async Task PlayAsync(CoordinatorOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        for (int round = 0; round < Rounds; round++)
        {
            await Task.Delay(round == 0 ? TimeSpan.Zero : Pause, time, cancellationToken).ConfigureAwait(false);
            await Task.Run(() => Play(options, time), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>One round.</summary>
    internal static void Play(CoordinatorOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        var core = new CoordinatorCore(options with { HostMappings = [], Reporting = null }, time);
        using var parser = new MessageParser(ProtocolLimits.Default) { AllowsLists = true };
        Turn? turn = null;
        core.Attach(new() { Id = "rehearsal" }, out Agent? agent);
        core.EndReclaim(agent!);
        var json = new JsonComposer(256 * 1024);
        RequestWriter.BeginQueue(json, null);
        for (uint i = 1; i <= Items; i++) RequestWriter.WriteItem(json, Invent(i));
        RequestWriter.EndQueue(json);
        foreach (Inbound inbound in Read(parser, json.Written))
        {
            if (inbound.Content is not QueueContent { Items: { } stage }) continue;
            foreach (HsmRequest request in stage.Items) core.Queue(request, RequestOrigin.Queue);
            stage.Return();
        }

        turn = Take(core, turn);
        while (core.Queued.Total > 0 && core.Receive(agent!, new(MaxArchive: 40, MaxRestore: 40, MaxRemove: 40)) == ReceiveOutcome.Waiting)
        {
            turn = Take(core, turn);
            json.Clear();
            foreach (RequestSummary running in core.RunningAt(agent!)) RequestWriter.WriteDone(json, running.Key, 0);
            foreach (Inbound inbound in Read(parser, json.Written)) core.End(agent, inbound.Key, inbound.Status);
        }

        Take(core, turn);
    }

    private static List<Inbound> Read(MessageParser parser, ReadOnlySpan<byte> bytes)
    {
        var messages = new List<Inbound>();
        while (bytes.Length > 0)
        {
            Span<byte> memory = parser.GetMemory(16 * 1024).Span;
            int part = Math.Min(memory.Length, bytes.Length);
            bytes[..part].CopyTo(memory);
            bytes = bytes[part..];
            parser.Advance(part);
            while (parser.TryRead(out Inbound inbound, out _)) messages.Add(inbound);
        }

        return messages;
    }

    private static Turn Take(CoordinatorCore core, Turn? before)
    {
        before?.Clear();
        Turn turn = core.TakeTurn(before);
        var json = new JsonComposer();
        foreach (HandOut list in turn.Effects.OfType<HandOut>())
        {
            ReplyWriter.BeginRecv(json, list.ArchiveId, list.Flags, "rehearsal"u8);
            foreach (ref readonly HsmRequest request in list.Items.Span) RequestItems.Write(json, request);
            ReplyWriter.EndRecv(json);
        }

        return turn;
    }

    private static HsmRequest Invent(uint number) => new()
    {
        Action = (number % 8) switch { 0 => HsmAction.Restore, 1 => HsmAction.Remove, _ => HsmAction.Archive },
        Fid = new(0x2_0000_0401, number, 0),
        DataFid = new(0x2_0000_0401, number, 0),
        Cookie = number,
        ExtentLength = ulong.MaxValue,
        ArchiveId = 1,
        Data = number % 2 == 0 ? "tag=n"u8.ToArray() : default,
    };
}
