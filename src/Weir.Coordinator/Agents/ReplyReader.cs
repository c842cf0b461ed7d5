using System.Text;
using System.Text.Json;
using Weir.Coordinator.Protocol;
using Weir.Coordinator.Requests;

namespace Weir.Coordinator.Agents;

/// <summary>Reads a coordinator's answers, the original's and ours.</summary>
public sealed class ReplyReader
{
    private readonly ActionItemReader _items = new();
    private readonly List<HsmRequest> _work = [];
    private byte[] _scratch = new byte[256];

    public CoordinatorReply Reply { get; } = new();

    /// <summary>The work that a <c>recv</c> was answered with, cancels included.</summary>
    public IReadOnlyList<HsmRequest> Work => _work;

    /// <exception cref="ProtocolException">It is no answer.</exception>
    public CoordinatorReply Read(ReadOnlySpan<byte> message)
    {
        _work.Clear();
        (Reply.Command, Reply.Status, Reply.Error, Reply.Enqueued, Reply.Skipped, Reply.ArchiveId, Reply.Flags, Reply.FsName) = ("", 0, "", 0, 0, 0, 0, "");
        var reader = new StrictJsonReader(message);
        reader.ReadNext();
        while (true)
        {
            reader.ReadNext();
            if (reader.Token == JsonTokenType.EndObject) break;
            ReadMember(ref reader);
        }

        reader.Finish();
        return Reply;
    }

    private void ReadMember(scoped ref StrictJsonReader reader)
    {
        if (reader.NameIs("command"u8)) Reply.Command = ReadText(ref reader);
        else if (reader.NameIs("hsm_action_list"u8)) ReadWork(ref reader);
        else if (reader.NameIs("status"u8)) Reply.Status = ReadNumber(ref reader);
        else if (reader.NameIs("error"u8)) Reply.Error = ReadText(ref reader);
        else if (reader.NameIs("enqueued"u8)) Reply.Enqueued = ReadNumber(ref reader);
        else if (reader.NameIs("skipped"u8)) Reply.Skipped = ReadNumber(ref reader);
        else reader.Skip();
    }

    private void ReadWork(scoped ref StrictJsonReader reader)
    {
        reader.ReadNext();
        if (reader.Token != JsonTokenType.StartObject) throw new ProtocolException("The coordinator's list of work is no object.");
        while (true)
        {
            reader.ReadNext();
            if (reader.Token == JsonTokenType.EndObject) return;
            if (reader.NameIs("hal_archive_id"u8)) Reply.ArchiveId = unchecked((uint)ReadNumber(ref reader));
            else if (reader.NameIs("hal_flags"u8)) Reply.Flags = (ulong)ReadNumber(ref reader);
            else if (reader.NameIs("hal_fsname"u8)) Reply.FsName = ReadText(ref reader);
            else if (reader.NameIs("list"u8)) ReadItems(ref reader);
            else reader.Skip();
        }
    }

    private void ReadItems(scoped ref StrictJsonReader reader)
    {
        reader.ReadNext();
        if (reader.Token != JsonTokenType.StartArray) throw new ProtocolException("The coordinator's list of work has no items.");
        _work.Clear();
        while (true)
        {
            reader.ReadNext();
            if (reader.Token == JsonTokenType.EndArray) return;
            ActionItem item = default;
            if (!_items.TryRead(ref reader, ref item)) throw new ProtocolException("The coordinator's list of work has something in it that is no action item.");
            _work.Add(RequestItems.ToRequest(item, item.Data.ToArray()));
        }
    }

    private string ReadText(scoped ref StrictJsonReader reader)
    {
        reader.ReadNext();
        if (reader.Token != JsonTokenType.String) throw new ProtocolException("The coordinator's answer has something else where a text belongs.");
        ReadOnlySpan<byte> text = reader.GetText(ref _scratch);
        return text.SequenceEqual("done"u8) ? "done" : text.SequenceEqual("recv"u8) ? "recv" : Encoding.UTF8.GetString(text);
    }

    private static long ReadNumber(scoped ref StrictJsonReader reader)
    {
        reader.ReadNext();
        return reader.TryGetInteger(out long value) ? value : throw new ProtocolException("The coordinator's answer has something else where an integer belongs.");
    }
}
