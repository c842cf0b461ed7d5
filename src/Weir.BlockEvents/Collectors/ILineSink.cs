using Weir.BlockEvents.Lines;

namespace Weir.BlockEvents.Collectors;

/// <summary>Takes the lines that a source reads, one by one.</summary>
public interface ILineSink
{
    /// <summary>Takes a line; it is the sink's until this returns.</summary>
    void Take(in LogLine line);

    /// <summary>Tells of lines that were lost before they could be read: kmsg's sequence gaps, records that are damaged.</summary>
    /// <param name="count">How many.</param>
    /// <param name="why">Why, in words.</param>
    void TellLost(long count, string why);
}
