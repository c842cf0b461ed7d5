using System.Runtime.CompilerServices;
using Weir.Coordinator.Core;
using Weir.Coordinator.Protocol;
using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Server;

/// <summary>
/// Does what messages ask for and adds the answers to the core's turn. Runs where the core runs. The texts of errors are the original's, and
/// programs look at them.
/// </summary>
internal sealed class RequestHandler(CoordinatorCore core, ServerState state)
{
    private readonly List<Connection> _connections = [];
    private readonly StatusWriter _status = new(core);

    /// <summary>Connections that have not said that they are agents.</summary>
    public IReadOnlyList<Connection> Connections => _connections;

    /// <summary>Does one thing; false when the connection is to end.</summary>
    public bool Handle(Connection connection, in Inbound inbound)
    {
        switch (inbound.Kind)
        {
            case InboundKind.Opened:
                _connections.Add(connection);
                return true;
            case InboundKind.Closed:
                _connections.Remove(connection);
                if (connection.Session.Agent is { } agent)
                {
                    CoordinatorLog.AgentGone(state.Logger, agent.Id, connection.Peer, agent.Running.Total);
                    core.Detach(agent);
                    connection.Session.Agent = null;
                }

                return true;
            case InboundKind.QueuePart:
                if (connection.Session.Permissions.Allows(CommandKind.Queue)) Queue(connection.Session, (ItemStage)inbound.Content!);
                return true;
            default:
                return Answer(connection, inbound) is not { } reply || Reply(connection, reply);
        }
    }

    private bool Reply(Connection connection, byte[] reply)
    {
        if (reply.Length == 0) return false;
        core.AddReply(connection, reply);
        return true;
    }

    /// <summary>The answer; null when it comes later; empty when the connection is to end.</summary>
    private byte[]? Answer(Connection connection, in Inbound inbound)
    {
        Session session = connection.Session;
        if (inbound.Command == CommandKind.Unknown) return [];
        if (inbound.Command == CommandKind.Auth) return FixedReplies.Auth;
        if (!session.Permissions.Allows(inbound.Command))
        {
            state.Metrics.Refused(RefusalReason.Command);
            CoordinatorLog.CommandRefused(state.Logger, connection.Peer, session.Permissions.Name, inbound.Command);
            return FixedReplies.NotPermitted(inbound.Command);
        }

        return inbound.Command switch
        {
            CommandKind.Done => Done(session, inbound),
            CommandKind.Recv => Recv(session, (RecvContent)inbound.Content!),
            CommandKind.Ehlo => Ehlo(connection, (EhloContent)inbound.Content!),
            CommandKind.Queue => Queue(session, (QueueContent)inbound.Content!),
            CommandKind.Status => Status(connection, (StatusContent)inbound.Content!),
            CommandKind.Lock => Lock((LockContent)inbound.Content!),
            CommandKind.Why => Why(connection, inbound),
            _ => [],
        };
    }

    private byte[] Ehlo(Connection connection, EhloContent ehlo)
    {
        Session session = connection.Session;
        if (session.Agent is not null) return FixedReplies.EhloTwice;
        if (ehlo.HasBadArchiveId) return FixedReplies.EhloBadArchiveId;
        string? id = string.IsNullOrEmpty(ehlo.Id) ? null : ehlo.Id;
        bool isOwnName = session.Permissions.AllowsAgent(id);
        IReadOnlyList<uint>? archives = session.Permissions.Restrict(ehlo.ArchiveIds);
        if (!isOwnName || archives is null)
        {
            state.Metrics.Refused(isOwnName ? RefusalReason.Archive : RefusalReason.AgentId);
            CoordinatorLog.EhloRefused(state.Logger, connection.Peer, session.Permissions.Name, id ?? "");
            return isOwnName ? FixedReplies.EhloNoArchive : FixedReplies.EhloNotPermitted;
        }

        var hello = new AgentHello
        {
            Id = id ?? connection.Peer,
            CanReconnect = id is not null,
            ArchiveIds = archives,
            TakesRawData = ehlo.AcceptsBase64,
            Connection = connection,
        };
        switch (core.Attach(hello, out Agent? agent))
        {
            case AttachOutcome.IdInUse:
                CoordinatorLog.IdInUse(state.Logger, connection.Peer, hello.Id);
                return FixedReplies.EhloIdUsed;
            case AttachOutcome.TooMany:
                state.Metrics.Refused(RefusalReason.TooMany);
                return FixedReplies.EhloTooMany;
        }

        session.Agent = agent;
        foreach (ref readonly HsmRequest item in ehlo.Running is null ? [] : ehlo.Running.Items)
        {
            if (session.Permissions.AllowsArchive(item.ArchiveId)) core.Reclaim(agent!, item);
        }

        core.EndReclaim(agent!);
        CoordinatorLog.AgentConnected(state.Logger, hello.Id, connection.Peer, ehlo.Running?.Items.Length ?? 0);
        ehlo.Running?.Return();
        return FixedReplies.Ehlo;
    }

    private byte[]? Recv(Session session, RecvContent recv) => session.Agent is null
        ? FixedReplies.RecvNotReady
        : core.Receive(session.Agent, recv.Limits) switch
        {
            ReceiveOutcome.BufferTooSmall => FixedReplies.RecvTooSmall,
            ReceiveOutcome.NotReady => FixedReplies.RecvNotReady,
            _ => null,
        };

    private byte[] Done(Session session, in Inbound done)
    {
        if (!done.HasKey) return FixedReplies.DoneNoKey;
        core.End(session.Agent, done.Key, done.Status);
        return FixedReplies.Done;
    }

    private byte[] Queue(Session session, QueueContent queue)
    {
        QueueTally tally = session.Tally;
        session.Tally = default;
        if (!queue.HasItems) return FixedReplies.QueueNoItems;
        if (!string.IsNullOrEmpty(queue.FsName) && queue.FsName != state.FsName) return FixedReplies.QueueBadFsName;
        if (queue.Items is not null)
        {
            session.Tally = tally;
            Queue(session, queue.Items);
            tally = session.Tally;
            session.Tally = default;
        }

        if (queue.HasBadItems) tally.Bad++;
        return tally switch
        {
            { Bad: > 0 } => FixedReplies.Queued(tally.Enqueued, tally.Skipped, -ErrorNumber.Invalid, "Error while parsing hsm action items"u8),
            { Refused: > 0 } => FixedReplies.Queued(tally.Enqueued, tally.Skipped, ErrorNumber.NoSpace, "Too many requests are queued"u8),
            _ => FixedReplies.Queued(tally.Enqueued, tally.Skipped, 0, default),
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Queue(Session session, ItemStage stage)
    {
        QueueTally tally = session.Tally;
        tally.Bad += stage.BadItems;
        foreach (ref readonly HsmRequest item in stage.Items)
        {
            if (!session.Permissions.AllowsArchive(item.ArchiveId))
            {
                tally.Bad++;
                continue;
            }

            switch (core.Queue(item, RequestOrigin.Queue))
            {
                case QueueOutcome.Added:
                    tally.Enqueued++;
                    break;
                case QueueOutcome.Known:
                    tally.Skipped++;
                    break;
                case QueueOutcome.Full:
                    tally.Refused++;
                    break;
                default:
                    tally.Bad++;
                    break;
            }
        }

        session.Tally = tally;
        stage.Return();
    }

    private byte[]? Status(Connection connection, StatusContent status)
    {
        if (status.Verbosity < StatusWriter.ListsVerbosity) return _status.Draft(_connections, status.Verbosity, status.WantsDetails).Compose();
        connection.Session.LongAnswer = new ListsAnswer(connection, () => _status.Draft(_connections, status.Verbosity, status.WantsDetails));
        return null;
    }

    private byte[] Lock(LockContent content)
    {
        if (content.Locked is < 0 or > 2) return FixedReplies.LockInvalid;
        core.SetLock((LockMode)content.Locked);
        CoordinatorLog.LockSet(state.Logger, core.Lock);
        return FixedReplies.Lock;
    }

    private static byte[]? Why(Connection connection, in Inbound why)
    {
        if (!why.HasKey) return FixedReplies.WhyNoKey;
        connection.Session.LongAnswer = new WhyAnswer(connection, why.Key.Cookie);
        return null;
    }
}
