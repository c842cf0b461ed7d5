namespace Weir.Coordinator.Tests;

/// <summary>Whether there is time for everything (WEIR_TEST_LONG=1) or for a sample.</summary>
internal static class LongRun
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("WEIR_TEST_LONG") == "1";
}
