namespace Weir.Health.Scanning.Choosing;

/// <summary>What goes with an object from the choice to the verdict, in one number.</summary>
/// <param name="ScannedAt">When it was looked at before, in seconds since 1970; 0: never.</param>
/// <param name="IsNew">Whether no complete scan has seen it.</param>
/// <param name="Probability">How likely it was chosen; 0 where chance did not choose.</param>
/// <param name="IsDrawn">Whether chance chose it.</param>
internal readonly record struct ObjectMark(long ScannedAt, bool IsNew, double Probability, bool IsDrawn = false)
{
    private const int ProbabilityBits = 24;
    private const long One = (1 << ProbabilityBits) - 1;

    public long ToNumber() => (ScannedAt << (ProbabilityBits + 2)) | (IsDrawn ? 1L << (ProbabilityBits + 1) : 0) | (IsNew ? 1L << ProbabilityBits : 0) | (Probability <= 0 ? 0 : Math.Max(1, (long)(Probability * One)));

    /// <summary>The probability as the number keeps it.</summary>
    public double Rounded => From(ToNumber()).Probability;

    public static ObjectMark From(long number) => new(number >> (ProbabilityBits + 2), (number >> ProbabilityBits & 1) != 0, (number & One) / (double)One, (number >> (ProbabilityBits + 1) & 1) != 0);
}
