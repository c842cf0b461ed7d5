namespace Weir.Feed.Tests.Log;

/// <summary>Whether there is time for everything (WEIR_TEST_LONG=1) or for a sample.</summary>
internal static class LongRun
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") == "1";

    /// <summary>The distance of two cases: 1 in a long run.</summary>
    public static int Step(int inShortRun) => IsOn ? 1 : inShortRun;
}
