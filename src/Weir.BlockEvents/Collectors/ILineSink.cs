using Weir.BlockEvents.Lines;

namespace Weir.BlockEvents.Collectors;

/// <summary>Takes the lines that a source reads, one by one.</summary>
public interface ILineSink
{
    /// <summary>Takes a line; it is the sink's until this returns.</summary>
    void Take(in LogLine line);

    /// <summary>
    /// Whether lines of a program can be of any use; a source that knows the program without reading the line may pass over the others. The
    /// answer holds until the sink is read into again. The kernel's lines are always handed on.
    /// </summary>
    /// <param name="identifier">The program's name.</param>
    bool Wants(ReadOnlySpan<byte> identifier);

    /// <summary>Tells of lines that were passed over because they are not wanted.</summary>
    void PassOver(long count);

    /// <summary>Tells of lines that were lost before they could be read: kmsg's sequence gaps, records that are damaged.</summary>
    /// <param name="count">How many.</param>
    /// <param name="why">Why, in words.</param>
    void TellLost(long count, string why);
}
