using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Weir.Lustre;

namespace Weir.Coordinator.Protocol;

/// <summary>Reads action items and fids from JSON. Keeps the memory that data with escapes needs; not thread-safe.</summary>
public sealed class ActionItemReader
{
    private byte[] _scratch = new byte[256];

    /// <summary>
    /// Reads a whole item. False when it is JSON but no action item: a member is missing, has another type, or a fid has one too many.
    /// <see cref="ActionItem.Data"/> is valid until the next call, and as long as <paramref name="json"/> is.
    /// </summary>
    /// <exception cref="ProtocolException">It is not JSON, or not as JSON may be here.</exception>
    public bool TryRead(ReadOnlySpan<byte> json, out ActionItem item)
    {
        var reader = new StrictJsonReader(json);
        reader.ReadNext();
        ActionItem read = default;
        bool isItem = TryRead(ref reader, ref read);
        reader.Finish();
        item = read;
        return isItem;
    }

    /// <summary>Reads the item that the reader is at the beginning of, to its end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal bool TryRead(scoped ref StrictJsonReader reader, scoped ref ActionItem item)
    {
        if (reader.Token != JsonTokenType.StartObject)
        {
            reader.Skip();
            return false;
        }

        var found = Members.None;
        var bad = Members.None;
        while (true)
        {
            reader.ReadNext();
            if (reader.Token == JsonTokenType.EndObject) break;
            Members member = Identify(ref reader);
            reader.ReadNext();
            bool isGood = ReadMember(ref reader, member, ref item);
            found |= member;
            bad = isGood ? bad & ~member : bad | member;
        }

        return (found & Members.Required) == Members.Required && (found & Members.AnyData) != 0 && bad == 0 && item.ArchiveId != 0;
    }

    /// <summary>Reads a fid; false when it is none, with the reader at its end all the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static bool TryReadFid(scoped ref StrictJsonReader reader, out Fid fid)
    {
        fid = default;
        if (reader.Token != JsonTokenType.StartObject)
        {
            reader.Skip();
            return false;
        }

        long sequence = 0, objectId = 0, version = 0;
        bool hasSequence = false, hasObjectId = false, hasVersion = false, isStrict = true;
        while (true)
        {
            reader.ReadNext();
            if (reader.Token == JsonTokenType.EndObject) break;
            int which = reader.NameIs("f_seq"u8) ? 0 : reader.NameIs("f_oid"u8) ? 1 : reader.NameIs("f_ver"u8) ? 2 : 3;
            reader.ReadNext();
            bool isInteger = reader.TryGetInteger(out long value);
            if (!isInteger) reader.Skip();
            switch (which)
            {
                case 0:
                    (sequence, hasSequence) = (value, isInteger);
                    break;
                case 1:
                    (objectId, hasObjectId) = (value, isInteger);
                    break;
                case 2:
                    (version, hasVersion) = (value, isInteger);
                    break;
                default:
                    isStrict = false;
                    break;
            }
        }

        // f_oid and f_ver travel as 32-bit integers with a sign.
        fid = new((ulong)sequence, unchecked((uint)objectId), unchecked((uint)version));
        return isStrict && hasSequence && hasObjectId && hasVersion;
    }

    private static Members Identify(ref StrictJsonReader reader)
    {
        ReadOnlySpan<byte> name = reader.RawText;
        if (reader.HasEscapes) return IdentifyEscaped(ref reader);
        return name.Length switch
        {
            8 when name.SequenceEqual("hai_data"u8) => Members.Data,
            7 when name.SequenceEqual("hai_fid"u8) => Members.Fid,
            7 when name.SequenceEqual("hai_gid"u8) => Members.GroupId,
            8 when name.SequenceEqual("hai_dfid"u8) => Members.DataFid,
            10 when name.SequenceEqual("hai_action"u8) => Members.Action,
            10 when name.SequenceEqual("hai_cookie"u8) => Members.Cookie,
            9 when name.SequenceEqual("hal_flags"u8) => Members.Flags,
            9 when name.SequenceEqual("timestamp"u8) => Members.Timestamp,
            12 when name.SequenceEqual("hai_data_b64"u8) => Members.Data64,
            14 when name.SequenceEqual("hal_archive_id"u8) => Members.ArchiveId,
            17 when name.SequenceEqual("hai_extent_offset"u8) => Members.ExtentOffset,
            17 when name.SequenceEqual("hai_extent_length"u8) => Members.ExtentLength,
            _ => Members.None,
        };
    }

    private static Members IdentifyEscaped(ref StrictJsonReader reader)
    {
        foreach ((string name, Members member) in Names)
        {
            if (reader.NameIs(System.Text.Encoding.ASCII.GetBytes(name))) return member;
        }

        return Members.None;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private bool ReadMember(scoped ref StrictJsonReader reader, Members member, scoped ref ActionItem item)
    {
        switch (member)
        {
            case Members.Fid or Members.DataFid:
                bool isFid = TryReadFid(ref reader, out Fid fid);
                if (member == Members.Fid) item.Fid = fid;
                else item.DataFid = fid;
                return isFid;
            case Members.Data or Members.Data64:
                return ReadData(ref reader, member == Members.Data64, ref item);
            case Members.None:
                reader.Skip();
                return true;
        }

        if (!reader.TryGetInteger(out long value))
        {
            reader.Skip();
            return false;
        }

        switch (member)
        {
            case Members.Action:
                item.Action = (ActionCode)unchecked((int)value);
                break;
            case Members.ExtentOffset:
                item.ExtentOffset = (ulong)value;
                break;
            case Members.ExtentLength:
                item.ExtentLength = (ulong)value;
                break;
            case Members.Cookie:
                item.Cookie = (ulong)value;
                break;
            case Members.GroupId:
                item.GroupId = (ulong)value;
                break;
            case Members.ArchiveId:
                item.ArchiveId = unchecked((uint)value);
                break;
            case Members.Flags:
                item.Flags = (ulong)value;
                break;
            case Members.Timestamp:
                item.TimestampNs = value;
                break;
        }

        return true;
    }

    private bool ReadData(scoped ref StrictJsonReader reader, bool isBase64, scoped ref ActionItem item)
    {
        if (reader.Token != JsonTokenType.String)
        {
            reader.Skip();
            return false;
        }

        if (!isBase64)
        {
            item.Data = Own(reader.GetText(ref _scratch));
            return true;
        }

        ReadOnlySpan<byte> text = reader.GetText(ref _scratch);
        byte[] decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        bool isDecoded = Base64.DecodeFromUtf8(text, decoded, out int consumed, out int written) == System.Buffers.OperationStatus.Done && consumed == text.Length;
        item.Data = decoded.AsSpan(0, isDecoded ? written : 0);
        return isDecoded;
    }

    /// <summary>Both places that data lies in, the message and the scratch, outlive the item.</summary>
    private static ReadOnlySpan<byte> Own(scoped ReadOnlySpan<byte> data) =>
        System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpan(ref System.Runtime.InteropServices.MemoryMarshal.GetReference(data), data.Length);

    private static readonly (string Name, Members Member)[] Names =
    [
        ("hai_action", Members.Action), ("hai_fid", Members.Fid), ("hai_dfid", Members.DataFid), ("hai_extent_offset", Members.ExtentOffset),
        ("hai_extent_length", Members.ExtentLength), ("hai_cookie", Members.Cookie), ("hai_gid", Members.GroupId), ("hai_data", Members.Data),
        ("hai_data_b64", Members.Data64), ("hal_archive_id", Members.ArchiveId), ("hal_flags", Members.Flags), ("timestamp", Members.Timestamp),
    ];

    [Flags]
    private enum Members
    {
        None = 0,
        Action = 1,
        Fid = 2,
        DataFid = 4,
        ExtentOffset = 8,
        ExtentLength = 16,
        Cookie = 32,
        GroupId = 64,
        ArchiveId = 128,
        Required = Action | Fid | DataFid | ExtentOffset | ExtentLength | Cookie | GroupId | ArchiveId,
        Data = 256,
        Data64 = 512,
        AnyData = Data | Data64,
        Flags = 1024,
        Timestamp = 2048,
    }
}
