namespace Weir.Health.Scanning.Choosing;

/// <summary>
/// How many objects with issues there are in all, from those that were drawn: each drawn one stands for as many as it was unlikely
/// (Horvitz and Thompson, 1952), which is unbiased whatever was favoured. Not thread-safe.
/// </summary>
internal sealed class SampleSums
{
    private const double Normal95 = 1.96;

    public long Objects { get; set; }

    public long Found { get; set; }

    public double Estimate { get; set; }

    public double Variance { get; set; }

    /// <summary>The least probability of any object.</summary>
    public double Least { get; set; } = 1;

    /// <summary>An object went by.</summary>
    /// <param name="probability">How likely it was drawn.</param>
    /// <param name="isDrawn">Whether it was.</param>
    /// <param name="hasIssue">Whether it was, and has an issue.</param>
    public void Add(double probability, bool isDrawn, bool hasIssue)
    {
        Objects++;
        Least = Math.Min(Least, probability);
        if (!isDrawn || !hasIssue) return;
        Found++;
        Estimate += 1 / probability;
        Variance += (1 - probability) / (probability * probability);
    }

    public void Add(SampleSums other)
    {
        Objects += other.Objects;
        Found += other.Found;
        Estimate += other.Estimate;
        Variance += other.Variance;
        Least = Math.Min(Least, other.Least);
    }

    /// <summary>The estimate with its interval: no lower than what was found, and no higher than what there is. So many objects with issues as would be missed with a probability of 5 % may always be left.</summary>
    public SampleEstimate ToEstimate()
    {
        double reach = Normal95 * Math.Sqrt(Variance);
        double unseen = Least >= 1 ? 0 : Math.Log(0.05) / Math.Log(1 - Least);
        return new(Objects, Estimate, Math.Max(Found, Estimate - reach), Math.Min(Objects, Math.Max(Estimate + reach, Found + unseen)));
    }
}
