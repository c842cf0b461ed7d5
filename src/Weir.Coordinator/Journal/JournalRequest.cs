using System.Text.Json;
using Weir.Coordinator.Requests;
using Weir.Lustre;

namespace Weir.Coordinator.Journal;

/// <summary>A request as it stands in the journal, read back.</summary>
internal ref struct JournalRequest
{
    /// <summary>The marks that are kept; the others follow from the rest.</summary>
    public const SlotMarks Kept = SlotMarks.Cancelled | SlotMarks.CancelSent | SlotMarks.RawData | SlotMarks.Stuck;

    public int Slot;
    public RequestState State;
    public SlotMarks Marks;
    public int Agent;
    public ulong Order;
    public long AcceptedMs;
    public long SinceMs;
    public ushort Requeues;
    public HsmRequest Request;

    /// <summary>Reads from the array's start to its end.</summary>
    /// <exception cref="JsonException">It is not what the journal writes.</exception>
    public static JournalRequest Read(ref Utf8JsonReader json)
    {
        Expect(json.TokenType == JsonTokenType.StartArray);
        var read = new JournalRequest { Slot = (int)Number(ref json) };
        var action = (HsmAction)Number(ref json);
        read.State = (RequestState)Number(ref json);
        read.Marks = (SlotMarks)Number(ref json) & Kept;
        read.Agent = (int)Number(ref json);
        read.Order = Number(ref json);
        read.AcceptedMs = Signed(ref json);
        read.SinceMs = Signed(ref json);
        read.Requeues = (ushort)Number(ref json);
        ulong cookie = Number(ref json);
        var dataFid = new Fid(Number(ref json), (uint)Number(ref json), (uint)Number(ref json));
        var fid = new Fid(Number(ref json), (uint)Number(ref json), (uint)Number(ref json));
        read.Request = new()
        {
            Action = action,
            Cookie = cookie,
            DataFid = dataFid,
            Fid = fid,
            ExtentOffset = Number(ref json),
            ExtentLength = Number(ref json),
            GroupId = Number(ref json),
            ArchiveId = (uint)Number(ref json),
            Flags = Number(ref json),
            TimestampNs = Signed(ref json),
            Owner = new((uint)Number(ref json), (uint)Number(ref json), (uint)Number(ref json)),
            Data = Data(ref json),
        };
        Expect(read.Slot >= 0 && read.State is RequestState.Queued or RequestState.Running);
        Expect(action is HsmAction.Archive or HsmAction.Restore or HsmAction.Remove);
        return read;
    }

    private static byte[]? Data(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.EndArray) return null;
        byte[] data = json.GetBytesFromBase64();
        json.Read();
        Expect(json.TokenType == JsonTokenType.EndArray);
        return data;
    }

    private static ulong Number(ref Utf8JsonReader json)
    {
        json.Read();
        return json.GetUInt64();
    }

    private static long Signed(ref Utf8JsonReader json)
    {
        json.Read();
        return json.GetInt64();
    }

    private static void Expect(bool holds)
    {
        if (!holds) throw new JsonException("A request in the journal is not as this version writes it.");
    }
}
