namespace Weir.Health.Tests;

/// <summary>Waits on conditions.</summary>
internal static class Eventually
{
    /// <summary>Waits until it is so.</summary>
    /// <param name="condition">Is asked again and again.</param>
    /// <param name="what">Says what was waited for, where it did not become so.</param>
    public static async Task Is(Func<bool> condition, Func<string>? what = null)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > TimeSpan.FromSeconds(120)) Assert.Fail(what?.Invoke() ?? "It did not become so in two minutes.");
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }
}
