using System.Text;
using System.Threading.Channels;
using Weir.Coordinator.Core;
using Weir.Coordinator.Protocol;
using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Server;

/// <summary>Does what turns ask for once they are durable: answers go out, Lustre is told, reports are written.</summary>
internal sealed class EffectRunner(ILustreLink? lustre, ReportFiles? reports, ServerState state)
{
    private readonly HashSet<Connection> _touched = [];

    /// <summary>Whether the last transfer under a lock-and-quit is over, and the server is to end.</summary>
    public bool HasQuit { get; private set; }

    public async Task RunAsync(ChannelReader<Turn> turns, CoreLoop loop, Action quit)
    {
        await foreach (Turn turn in turns.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            foreach (Effect effect in turn.Effects) await DoAsync(effect).ConfigureAwait(false);
            foreach (Connection connection in _touched) connection.Flush();
            _touched.Clear();
            loop.Return(turn);
            if (!HasQuit) continue;
            CoordinatorLog.Quitting(state.Logger);
            quit();
        }
    }

    private ValueTask DoAsync(Effect effect)
    {
        switch (effect)
        {
            case Reply { Connection: Connection connection } reply:
                Send(connection, reply.Content);
                break;
            case Reply { Content: TaskCompletionSource acknowledged }:
                acknowledged.TrySetResult();
                break;
            case HandOut { Connection: Connection connection } handOut:
                connection.Write((handOut, Encoding.UTF8.GetBytes(state.FsName)), WriteHandOut);
                state.Metrics.HandedOut(handOut, state.Time);
                _touched.Add(connection);
                break;
            case LustreAnswer answer when lustre is not null:
                return lustre.EndAsync(answer.Request, answer.Errno);
            case ReportLine line:
                reports?.Append(line.FileName, line.Line);
                break;
            case Quit:
                HasQuit = true;
                break;
        }

        return ValueTask.CompletedTask;
    }

    private void Send(Connection connection, object? content)
    {
        if (content is byte[] json) connection.Write(json);
        else connection.Complete();
        _touched.Add(connection);
    }

    private static void WriteHandOut(JsonComposer json, (HandOut HandOut, byte[] FsName) work)
    {
        ReplyWriter.BeginRecv(json, work.HandOut.ArchiveId, work.HandOut.Flags, work.FsName);
        foreach (ref readonly HsmRequest request in work.HandOut.Items.Span) RequestItems.Write(json, request);
        ReplyWriter.EndRecv(json);
    }
}
