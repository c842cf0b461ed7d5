using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Reading;

/// <summary>Asks for some entries from an id on. The records are made on the connection's own thread, where the reply lies.</summary>
internal sealed class PageRequest : RespRequest<PageRequest>
{
    private readonly EntryDecoder _decoder = new();
    private RecordId _from;

    private PageRequest()
    {
    }

    /// <summary>How many entries were asked for.</summary>
    public int Asked { get; private set; }

    public FrameBuffer Buffer { get; private init; } = new();

    public RecordId Last => _decoder.Last;

    public int Entries => _decoder.Entries;

    public RecordId? Oversized => _decoder.Oversized;

    /// <param name="topic">The stream.</param>
    /// <param name="from">The first id that is wanted.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="buffer">Where the records go.</param>
    public static PageRequest Create(string topic, RecordId from, int count, FrameBuffer buffer)
    {
        var request = new PageRequest { Asked = count, Buffer = buffer, _from = from };
        request.Command.Command(6).Argument("XRANGE"u8).Argument(topic).Argument(from).Argument("+"u8).Argument("COUNT"u8).Argument(count);
        return request;
    }

    protected override PageRequest Decide(ReadOnlySpan<byte> reply)
    {
        _decoder.Decode(reply, _from, Buffer);
        return this;
    }
}
