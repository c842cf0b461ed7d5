using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Weir.Feed;

namespace Weir.BlockEvents.Index;

/// <summary>Collects records for an <see cref="IndexBlock"/>, up to what a document of the feed may hold. Not thread-safe.</summary>
/// <param name="after">The id before the first record.</param>
internal sealed class IndexBlockBuilder(RecordId after)
{
    /// <summary>The head, and the largest record with names, a set and a profile of its own.</summary>
    private const int Margin = 128 + (2 * 260 * 3) + (DeviceTerms.Most * sizeof(uint));

    private readonly Dictionary<string, int> _keys = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _nameNumbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _setNumbers = new(StringComparer.Ordinal);
    private readonly ArrayBufferWriter<byte> _names = new(256);
    private readonly ArrayBufferWriter<byte> _sets = new(1024);
    private readonly ArrayBufferWriter<byte> _profiles = new(1024);
    private readonly ArrayBufferWriter<byte> _entries = new(4096);
    private readonly ArrayBufferWriter<byte> _key = new(1024);
    private int _profileCount;

    /// <summary>The id before the first record.</summary>
    public RecordId After { get; } = after;

    /// <summary>Records taken.</summary>
    public int Count { get; private set; }

    /// <summary>The last of them; before the first, what comes before that.</summary>
    public RecordId Last { get; private set; } = after;

    /// <summary>Whether the next record may not find room.</summary>
    public bool IsFull => _names.WrittenCount + _sets.WrittenCount + _profiles.WrittenCount + _entries.WrittenCount + Margin > FeedDocument.MaxBytes;

    /// <summary>Takes the next record.</summary>
    public void Add(RecordId id, ReadOnlySpan<byte> data)
    {
        PackedNumbers.Write(_entries, id.Milliseconds - Last.Milliseconds);
        PackedNumbers.Write(_entries, id.Milliseconds == Last.Milliseconds ? id.Sequence - Last.Sequence : id.Sequence);
        PackedNumbers.Write(_entries, (ulong)NumberOf(data));
        Last = id;
        Count++;
    }

    /// <summary>The block as a document.</summary>
    public byte[] ToArray()
    {
        var output = new ArrayBufferWriter<byte>(FeedDocument.MaxBytes);
        foreach (ulong number in (ReadOnlySpan<ulong>)[IndexBlock.Version, After.Milliseconds, After.Sequence, Last.Milliseconds, Last.Sequence, (ulong)Count]) PackedNumbers.Write(output, number);
        Write(_nameNumbers.Count, _names);
        Write(_setNumbers.Count, _sets);
        Write(_profileCount, _profiles);
        output.Write(_entries.WrittenSpan);
        return output.WrittenSpan.ToArray();

        void Write(int count, ArrayBufferWriter<byte> items)
        {
            PackedNumbers.Write(output, (ulong)count);
            output.Write(items.WrittenSpan);
        }
    }

    private int NumberOf(ReadOnlySpan<byte> data)
    {
        _key.ResetWrittenCount();
        if (!EventProfile.TryWriteKey(data, _key)) return 0;
        string key = Encoding.Latin1.GetString(_key.WrittenSpan);
        if (_keys.TryGetValue(key, out int number)) return number;
        if (EventProfile.Read(_key.WrittenMemory) is { } profile)
        {
            PackedNumbers.Write(_profiles, (ulong)profile.Severity);
            PackedNumbers.Write(_profiles, (ulong)NameOf(profile.SubSystem));
            PackedNumbers.Write(_profiles, (ulong)NameOf(profile.EventType));
            PackedNumbers.Write(_profiles, (ulong)SetOf(profile.Devices.Span));
            number = ++_profileCount;
        }

        _keys.Add(key, number);
        return number;
    }

    private int NameOf(string name)
    {
        if (_nameNumbers.TryGetValue(name, out int number)) return number;
        byte[] bytes = Encoding.UTF8.GetBytes(name);
        PackedNumbers.Write(_names, (ulong)bytes.Length);
        _names.Write(bytes);
        _nameNumbers.Add(name, _nameNumbers.Count);
        return _nameNumbers.Count - 1;
    }

    private int SetOf(ReadOnlySpan<uint> terms)
    {
        byte[] bytes = new byte[terms.Length * sizeof(uint)];
        for (int i = 0; i < terms.Length; i++) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)), terms[i]);
        string key = Encoding.Latin1.GetString(bytes);
        if (_setNumbers.TryGetValue(key, out int number)) return number;
        PackedNumbers.Write(_sets, (ulong)terms.Length);
        _sets.Write(bytes);
        _setNumbers.Add(key, _setNumbers.Count);
        return _setNumbers.Count - 1;
    }
}
