using System.Runtime.CompilerServices;
using System.Text;

namespace Weir.Feed;

/// <summary>
/// One record as it lies in a buffer. All members are UTF-8; <see cref="Data"/> is one JSON object. A view is valid until
/// the page or batch it came from is reused.
/// </summary>
public readonly ref struct RecordView
{
    private readonly ReadOnlySpan<byte> _frame;

    internal RecordView(ReadOnlySpan<byte> frame) => _frame = frame;

    public RecordId Id => FrameLayout.ReadId(_frame);

    /// <summary>What happened, e.g. <c>NEW</c>.</summary>
    public ReadOnlySpan<byte> Type => _frame.Slice(FrameLayout.HeaderBytes, FrameLayout.TypeLength(_frame));

    /// <summary>Who says so, e.g. an MDT's name.</summary>
    public ReadOnlySpan<byte> Source =>
        _frame.Slice(FrameLayout.HeaderBytes + FrameLayout.TypeLength(_frame), FrameLayout.SourceLength(_frame));

    /// <summary>To what it happened, e.g. a fid.</summary>
    public ReadOnlySpan<byte> Subject => _frame.Slice(
        FrameLayout.HeaderBytes + FrameLayout.TypeLength(_frame) + FrameLayout.SourceLength(_frame), FrameLayout.SubjectLength(_frame));

    /// <summary>The record's JSON object.</summary>
    public ReadOnlySpan<byte> Data
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _frame[(FrameLayout.HeaderBytes + FrameLayout.TypeLength(_frame) + FrameLayout.SourceLength(_frame)
            + FrameLayout.SubjectLength(_frame))..];
    }

    /// <summary>The record's size on disk and in limits, in bytes.</summary>
    public int SizeBytes => _frame.Length;

    /// <summary>A copy that outlives the buffer.</summary>
    public Record ToRecord() => new(
        Id, Encoding.UTF8.GetString(Type), Encoding.UTF8.GetString(Source), Encoding.UTF8.GetString(Subject), Data.ToArray());
}
