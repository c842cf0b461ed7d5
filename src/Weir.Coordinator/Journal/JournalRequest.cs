using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Weir.Coordinator.Requests;
using Weir.Feed;
using Weir.Lustre;

namespace Weir.Coordinator.Journal;

/// <summary>
/// A request as it stands in the journal: a JSON array of numbers in a fixed order, and its data in Base64 at the end where it has any. It is
/// written and read without a JSON library, as a restart reads millions of them. What most requests have in common is short: a fid that is the
/// data's is 0,0,0; the whole file's extent and an unknown owner are -1; times are told relative to the acceptance.
/// </summary>
internal ref struct JournalRequest
{
    /// <summary>The marks that are kept; the others follow from the rest.</summary>
    public const SlotMarks Kept = SlotMarks.Cancelled | SlotMarks.CancelSent | SlotMarks.RawData | SlotMarks.Stuck;

    private const int MostBytes = 27 * 21;
    private const long NsPerMs = 1_000_000;

    public int Slot;
    public RequestState State;
    public SlotMarks Marks;
    public int Agent;
    public ulong Order;
    public long AcceptedMs;
    public long SinceMs;
    public ushort Requeues;
    public HsmRequest Request;

    /// <summary>Writes a request behind what the batch's open record has.</summary>
    public static void Write(RecordBatch batch, int slot, in RequestSlot request)
    {
        int dataLength = request.Data?.Length ?? 0;
        var text = new NumberWriter(batch.GetSpan(MostBytes + Base64.GetMaxEncodedToUtf8Length(dataLength)));
        text.Signed(slot);
        text.Signed((int)request.Action);
        text.Signed((int)request.State);
        text.Signed((int)(request.Marks & Kept));
        text.Signed(request.Agent);
        text.Number(request.Order);
        text.Signed(request.AcceptedMs);
        text.Signed(request.SinceMs - request.AcceptedMs);
        text.Signed(unchecked(request.TimestampNs - (request.AcceptedMs * NsPerMs)));
        text.Signed(request.Requeues);
        text.Number(request.Cookie);
        text.Fid(request.DataFid);
        text.Fid(request.Fid == request.DataFid ? default : request.Fid);
        text.Number(request.ExtentOffset);
        text.Signed((long)request.ExtentLength);
        text.Number(request.GroupId);
        text.Number(request.ArchiveId);
        text.Number(request.Flags);
        text.Signed((int)request.Owner.Uid);
        text.Signed((int)request.Owner.Gid);
        text.Signed((int)request.Owner.ProjectId);
        text.End(request.Data);
        batch.Advance(text.Length);
    }

    /// <summary>Reads from the array's first number to behind its end.</summary>
    /// <exception cref="JsonException">It is not what the journal writes.</exception>
    public static JournalRequest Read(ref NumberReader text)
    {
        var read = new JournalRequest { Slot = (int)text.Signed() };
        var action = (HsmAction)text.Number();
        read.State = (RequestState)text.Number();
        read.Marks = (SlotMarks)text.Number() & Kept;
        read.Agent = (int)text.Signed();
        read.Order = text.Number();
        read.AcceptedMs = text.Signed();
        read.SinceMs = read.AcceptedMs + text.Signed();
        long timestampNs = unchecked((read.AcceptedMs * NsPerMs) + text.Signed());
        read.Requeues = (ushort)text.Number();
        ulong cookie = text.Number();
        Fid dataFid = text.Fid();
        Fid fid = text.Fid();
        read.Request = new()
        {
            Action = action,
            Cookie = cookie,
            DataFid = dataFid,
            Fid = fid == default ? dataFid : fid,
            ExtentOffset = text.Number(),
            ExtentLength = (ulong)text.Signed(),
            GroupId = text.Number(),
            ArchiveId = (uint)text.Number(),
            Flags = text.Number(),
            Owner = new((uint)text.Signed(), (uint)text.Signed(), (uint)text.Signed()),
            TimestampNs = timestampNs,
            Data = text.End(),
        };
        bool isSound = read.Slot is >= 0 and < 1 << 29 && read.State is RequestState.Queued or RequestState.Running
            && action is HsmAction.Archive or HsmAction.Restore or HsmAction.Remove;
        if (!isSound) throw new JsonException("A request in the journal is not as this version writes it.");
        return read;
    }

    /// <summary>Puts numbers one behind the other.</summary>
    private ref struct NumberWriter
    {
        private readonly Span<byte> _text;

        public NumberWriter(Span<byte> text)
        {
            _text = text;
            _text[0] = (byte)'[';
            Length = 1;
        }

        public int Length { get; private set; }

        public void Number(ulong value)
        {
            if (value < 10)
            {
                _text[Length++] = (byte)('0' + value);
            }
            else
            {
                Utf8Formatter.TryFormat(value, _text[Length..], out int written);
                Length += written;
            }

            _text[Length++] = (byte)',';
        }

        public void Signed(long value)
        {
            if (value < 0)
            {
                Utf8Formatter.TryFormat(value, _text[Length..], out int written);
                Length += written;
                _text[Length++] = (byte)',';
                return;
            }

            Number((ulong)value);
        }

        public void Fid(in Fid fid)
        {
            Number(fid.Sequence);
            Number(fid.ObjectId);
            Number(fid.Version);
        }

        public void End(byte[]? data)
        {
            if (data is null)
            {
                _text[Length - 1] = (byte)']';
                return;
            }

            _text[Length++] = (byte)'"';
            Base64.EncodeToUtf8(data, _text[Length..], out _, out int written);
            Length += written;
            _text[Length++] = (byte)'"';
            _text[Length++] = (byte)']';
        }
    }
}

/// <summary>Reads the numbers of the journal's arrays: digits, an optional minus, nothing else between the commas.</summary>
internal ref struct NumberReader(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private byte[]? _scratch;
    private int _at;

    /// <summary>Steps into the next array; false when there is none.</summary>
    public bool Enter()
    {
        if (_at < _text.Length && _text[_at] == ',') _at++;
        if (_at >= _text.Length || _text[_at] != '[') return false;
        _at++;
        return true;
    }

    public ulong Number()
    {
        ulong value = 0;
        int start = _at;
        while (_at < _text.Length && (uint)(_text[_at] - '0') <= 9) value = checked((value * 10) + (uint)(_text[_at++] - '0'));
        if (_at == start || _at >= _text.Length || _text[_at] is not ((byte)',' or (byte)']')) throw Wrong();
        if (_text[_at] == ',') _at++;
        return value;
    }

    public long Signed()
    {
        if (_at >= _text.Length || _text[_at] != '-') return unchecked((long)Number());
        _at++;
        return unchecked(-(long)Number());
    }

    public Fid Fid() => new(Number(), (uint)Number(), (uint)Number());

    /// <summary>The data, if there is any, and the end of the array. The bytes are good until the next call.</summary>
    public ReadOnlyMemory<byte> End()
    {
        ReadOnlyMemory<byte> data = default;
        if (_at < _text.Length && _text[_at] == '"')
        {
            int length = _text[(_at + 1)..].IndexOf((byte)'"');
            if (length < 0) throw Wrong();
            if (_scratch is null || _scratch.Length < length) _scratch = new byte[Math.Max(256, length)];
            if (Base64.DecodeFromUtf8(_text.Slice(_at + 1, length), _scratch, out _, out int written) != OperationStatus.Done) throw Wrong();
            data = _scratch.AsMemory(0, written);
            _at += length + 2;
        }

        if (_at >= _text.Length || _text[_at] != ']') throw Wrong();
        _at++;
        return data;
    }

    private readonly JsonException Wrong() => new($"The journal has something unexpected at byte {_at} of a record.");
}
