namespace Weir.Copytool.Tests.Native;

/// <summary>How long a test waits for what must come. Valgrind and sanitizers on a shared machine take their time.</summary>
internal static class Within
{
    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(60);

    public static CancellationToken Test => TestContext.Current.CancellationToken;

    public static async Task<T> TimeAsync<T>(Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(Limit, Test);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"There was no {what} within {Limit.TotalSeconds} s.");
        }
    }
}
