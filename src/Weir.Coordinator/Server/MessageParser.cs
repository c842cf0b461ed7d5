using Weir.Coordinator.Core;
using Weir.Coordinator.Protocol;

namespace Weir.Coordinator.Server;

/// <summary>Turns one connection's bytes into messages for the core. Not thread-safe.</summary>
internal sealed class MessageParser : IDisposable
{
    /// <summary>Of a list longer than this, parts go to the core before its end has come.</summary>
    internal const int PartItems = 64 * 1024;

    private const long PartBytes = 16 * 1024 * 1024;

    /// <summary>Most items that are held where they cannot go to the core before their message's end.</summary>
    private const int MaxHeldItems = 1024 * 1024;

    private readonly MessageFramer _framer;
    private readonly RequestReader _requests = new();
    private readonly ActionItemReader _items = new();
    private readonly ItemStage?[] _stages = new ItemStage?[2];
    private bool _hasSentPart;

    public MessageParser(ProtocolLimits limits) => _framer = new(limits, RequestReader.Lists);

    /// <summary>Whether the peer may send lists: it is known who it is.</summary>
    public bool AllowsLists { get; set; }

    public Memory<byte> GetMemory(int sizeHint) => _framer.GetMemory(sizeHint);

    public void Advance(int count) => _framer.Advance(count);

    /// <summary>The next thing to tell the core; false when more bytes are needed. <paramref name="token"/>: of an <c>auth</c>.</summary>
    /// <exception cref="ProtocolException">The connection is to end.</exception>
    public bool TryRead(out Inbound inbound, out string? token)
    {
        token = null;
        inbound = default;
        while (true)
        {
            switch (_framer.Read(out ReadOnlySpan<byte> frame))
            {
                case FrameKind.NeedsMore:
                    return false;
                case FrameKind.ListStart:
                    StartList();
                    break;
                case FrameKind.Item:
                    AddItem(frame);
                    if (_framer.List == RequestReader.QueueList && TryTakePart(out inbound)) return true;
                    break;
                default:
                    ClientRequest request = _requests.Read(frame);
                    token = request.Token;
                    inbound = Take(request);
                    _stages.AsSpan().Clear();
                    _hasSentPart = false;
                    return true;
            }
        }
    }

    /// <summary>The peer has shown who it is.</summary>
    public void LiftLimits(ProtocolLimits limits)
    {
        _framer.Limits = limits;
        AllowsLists = true;
    }

    public void Dispose() => _framer.Dispose();

    /// <summary>A second list of the same name takes the place of the first, unless that has gone already.</summary>
    private void StartList()
    {
        if (!AllowsLists) throw new ProtocolException("A list of items came before it was known who sends it.");
        if (_hasSentPart && _framer.List == RequestReader.QueueList) throw new ProtocolException("A message has a second list of items after a long one.");
        _stages[_framer.List]?.Return();
        _stages[_framer.List] = ItemStage.Take();
    }

    private void AddItem(ReadOnlySpan<byte> frame)
    {
        ItemStage stage = _stages[_framer.List]!;
        if (!_items.TryRead(frame, out ActionItem item)) stage.BadItems++;
        else if (stage.Items.Length < MaxHeldItems) stage.Add(item);
        else throw new ProtocolException($"A list has more than {MaxHeldItems} items, and what is to be done with them has not been said before.");
    }

    private bool TryTakePart(out Inbound part)
    {
        part = default;
        ItemStage stage = _stages[RequestReader.QueueList]!;
        if (stage.Items.Length % PartItems != 0 && stage.DataBytes < PartBytes) return false;
        if (stage.Items.Length == 0 || RequestReader.PeekCommand(_framer.Head) != CommandKind.Queue) return false;
        part = new(InboundKind.QueuePart, CommandKind.Queue, Content: stage);
        _stages[RequestReader.QueueList] = ItemStage.Take();
        _hasSentPart = true;
        return true;
    }

    private Inbound Take(ClientRequest request)
    {
        if (_hasSentPart && request.Command != CommandKind.Queue) throw new ProtocolException("A message changed its command after a long list of items.");
        object? content = request.Command switch
        {
            CommandKind.Recv => new RecvContent(new ReceiveLimits(request.MaxArchive, request.MaxRestore, request.MaxRemove, request.MaxBytes)),
            CommandKind.Ehlo => new EhloContent(
                request.Id, [.. request.ArchiveIds], request.HasBadArchiveId, request.AcceptsBase64, request.HasRunningList ? _stages[RequestReader.RunningList] : null),
            CommandKind.Queue => new QueueContent(request.HasItems, request.HasBadItems, request.FsName, _stages[RequestReader.QueueList]),
            CommandKind.Status => new StatusContent(request.Verbosity, request.WantsDetails),
            CommandKind.Lock => new LockContent(request.Locked),
            _ => null,
        };
        return new(
            InboundKind.Message, request.Command, new(request.Cookie, request.DataFid), request.Command == CommandKind.Why ? request.HasCookie : request.HasKey,
            unchecked((int)request.Status), content);
    }
}
