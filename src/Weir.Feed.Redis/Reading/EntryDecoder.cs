using System.Runtime.CompilerServices;
using Weir.Feed.Redis.Resp;

namespace Weir.Feed.Redis.Reading;

/// <summary>Makes records of the entries in a reply to XRANGE, without anything per record but the record itself.</summary>
internal sealed class EntryDecoder
{
    private readonly byte[] _scratch = new byte[3 * RecordLimits.MaxNameBytes];

    /// <summary>The last entry that was decoded or passed over.</summary>
    public RecordId Last { get; private set; }

    /// <summary>Entries in the reply.</summary>
    public int Entries { get; private set; }

    /// <summary>The first entry of the reply, when it is larger than a record may be; it is passed over.</summary>
    public RecordId? Oversized { get; private set; }

    /// <summary>Decodes up to the end or to an entry, not the first, that is larger than a record may be.</summary>
    /// <param name="reply">What the server answered.</param>
    /// <param name="from">The first id that was asked for. A server that answered with the same entries again and again would be read for ever.</param>
    /// <param name="into">Where the records go.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Decode(ReadOnlySpan<byte> reply, RecordId from, FrameBuffer into)
    {
        RecordId previous = from;
        into.Clear();
        Oversized = null;
        var reader = new RespReader(reply);
        if (reader.TryReadError(out ReadOnlySpan<byte> error)) throw RespErrorException.From(error);
        Entries = Math.Max(reader.ReadArray(), 0);
        for (int i = 0; i < Entries; i++)
        {
            if (reader.ReadArray() != 2 || !RecordId.TryParse(reader.ReadString(), out RecordId id))
                throw new RespProtocolException("The server's reply has something other than entries of a stream.");
            if (i == 0 ? id < from : id <= previous) throw new RespProtocolException($"The server's reply has entry {id} where a higher id should stand.");
            previous = id;
            int count = reader.ReadArray();
            if (TryAdd(ref reader, id, count, into))
            {
                Last = id;
            }
            else if (i > 0)
            {
                Entries = i;
                return;
            }
            else
            {
                Oversized = Last = id;
            }
        }
    }

    private bool TryAdd(ref RespReader reader, RecordId id, int count, FrameBuffer into)
    {
        RespReader first = reader;
        ReadOnlySpan<byte> type = default, source = default, subject = default, data = default;
        bool hasType = false, hasData = false, isKnown = true;
        long size = 0;
        for (int i = 0; i + 1 < count; i += 2)
        {
            ReadOnlySpan<byte> name = reader.ReadString();
            ReadOnlySpan<byte> value = reader.ReadString();
            size += name.Length + value.Length;
            if (name.SequenceEqual("data"u8))
            {
                data = value;
                hasData = true;
            }
            else if (name.SequenceEqual("type"u8))
            {
                type = value;
                hasType = true;
            }
            else if (name.SequenceEqual("source"u8))
            {
                source = value;
            }
            else if (name.SequenceEqual("subject"u8))
            {
                subject = value;
            }
            else
            {
                isKnown = false;
            }
        }

        // Before it is made to JSON, which may be six times as long.
        if (data.Length > RecordLimits.MaxBodyBytes || (!isKnown && size > RecordLimits.MaxBodyBytes)) return false;
        if (!isKnown || !hasData)
        {
            data = ForeignEntry.ToJson(first, count);
            type = source = subject = default;
        }
        else if (!hasType)
        {
            ActionMembers members = ActionMembers.Read(data, _scratch);
            type = members.Type;
            source = members.Source;
            subject = members.Subject;
        }

        if (Math.Max(Math.Max(type.Length, source.Length), subject.Length) > RecordLimits.MaxNameBytes
            || type.Length + source.Length + subject.Length + data.Length > RecordLimits.MaxBodyBytes) return false;
        into.Add(id, type, source, subject, data);
        return true;
    }
}
