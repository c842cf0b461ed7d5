using System.Text;

namespace Weir.Feed;

/// <summary>A record that owns its memory. Hot paths use <see cref="RecordView"/>.</summary>
/// <param name="Id">Its place in the topic.</param>
/// <param name="Type">What happened.</param>
/// <param name="Source">Who says so.</param>
/// <param name="Subject">To what it happened.</param>
/// <param name="Data">One JSON object, UTF-8.</param>
public sealed record Record(RecordId Id, string Type, string Source, string Subject, ReadOnlyMemory<byte> Data)
{
    /// <summary>The data as text.</summary>
    public string DataText => Encoding.UTF8.GetString(Data.Span);
}
