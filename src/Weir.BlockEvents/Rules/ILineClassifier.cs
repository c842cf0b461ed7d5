using Weir.BlockEvents.Lines;

namespace Weir.BlockEvents.Rules;

/// <summary>Finds out what a line means. One instance serves one thread.</summary>
public interface ILineClassifier
{
    /// <summary>What the line means; false when it is not about storage. A line of any length and bytes takes time in proportion to its first <see cref="LineClassifier.MaxBytes"/> bytes at most.</summary>
    bool TryClassify(in LogLine line, out Classification classification);
}
