namespace Weir.Erasure.Drives.Healing;

/// <summary>
/// How long a repair will still take. An object costs something by itself and something for each of its bytes; both are learned from what
/// was done, by least squares over the run, with what lies further back counting less. Before enough was done nothing is said.
/// </summary>
public sealed class HealEstimate
{
    /// <summary>What was learned counts half after so many samples.</summary>
    private const double HalfLife = 40;

    private const int MinSamples = 5;

    private static readonly double Fade = Math.Pow(0.5, 1 / HalfLife);

    private double _oo, _ob, _bb, _ot, _bt, _o, _b, _t;
    private int _samples;

    /// <summary>Takes what was done in a while.</summary>
    /// <param name="objects">Objects that were finished.</param>
    /// <param name="bytes">Bytes that they read and wrote.</param>
    /// <param name="elapsed">How long that took.</param>
    public void Add(long objects, long bytes, TimeSpan elapsed)
    {
        if (elapsed <= TimeSpan.Zero) return;
        double o = objects, b = bytes / 1e6, t = elapsed.TotalSeconds;
        (_oo, _ob, _bb, _ot, _bt) = (_oo * Fade + o * o, _ob * Fade + o * b, _bb * Fade + b * b, _ot * Fade + o * t, _bt * Fade + b * t);
        (_o, _b, _t) = (_o + o, _b + b, _t + t);
        _samples++;
    }

    /// <summary>How long so much will take; null while it cannot be said.</summary>
    public TimeSpan? Left(long objects, long bytes)
    {
        if (_samples < MinSamples || _o == 0 || _t <= 0) return null;
        (double perObject, double perMegabyte) = Solve();
        double seconds = objects * perObject + bytes / 1e6 * perMegabyte;
        return double.IsFinite(seconds) && seconds >= 0 && seconds < TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(seconds) : null;
    }

    private (double PerObject, double PerMegabyte) Solve()
    {
        double determinant = _oo * _bb - _ob * _ob;
        if (determinant > 1e-9 * _oo * _bb)
        {
            double perObject = (_ot * _bb - _bt * _ob) / determinant, perMegabyte = (_bt * _oo - _ot * _ob) / determinant;
            if (perObject >= 0 && perMegabyte >= 0) return (perObject, perMegabyte);
            // One of the two explains it alone.
            return perObject < 0 ? (0, _bb > 0 ? _bt / _bb : 0) : (_oo > 0 ? _ot / _oo : 0, 0);
        }

        // All alike so far: the cost is shared evenly between objects and bytes.
        return _b > 0 ? (_t / _o / 2, _t / _b / 2) : (_t / _o, 0);
    }
}
