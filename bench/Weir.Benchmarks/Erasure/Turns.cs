namespace Weir.Benchmarks.Erasure;

/// <summary>Runs a piece of work and its yardstick in turns on one thread, and reports medians in gigabytes (10^9) a second.</summary>
internal static class Turns
{
    private const int Rounds = 31;
    private const double RoundSeconds = 0.008;

    public static (double Ours, double Theirs, double Ratio) Measure(long bytes, Action ours, Action theirs)
    {
        int ourTurns = Calibrate(ours);
        int theirTurns = Calibrate(theirs);
        var our = new double[Rounds];
        var their = new double[Rounds];
        var ratio = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            our[round] = bytes * ourTurns / Time(ours, ourTurns) / 1e9;
            their[round] = bytes * theirTurns / Time(theirs, theirTurns) / 1e9;
            ratio[round] = our[round] / their[round];
        }

        return (Median(our), Median(their), Median(ratio));
    }

    public static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    private static int Calibrate(Action work)
    {
        Time(work, 3);
        int turns = 1;
        while (true)
        {
            double seconds = Time(work, turns);
            if (seconds >= RoundSeconds / 2) return Math.Max(1, (int)(turns * RoundSeconds / seconds));
            turns *= 2;
        }
    }

    private static double Time(Action work, int turns)
    {
        double started = Yardstick.Seconds();
        for (int i = 0; i < turns; i++) work();
        return Yardstick.Seconds() - started;
    }
}
