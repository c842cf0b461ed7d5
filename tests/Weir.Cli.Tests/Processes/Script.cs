namespace Weir.Cli.Tests.Processes;

/// <summary>A shell script in a directory of the test's own.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
internal static class Script
{
    /// <summary>Makes it executable and returns its path.</summary>
    public static string Write(string directory, string name, string text)
    {
        string path = Path.Combine(Directory.CreateDirectory(directory).FullName, name);
        File.WriteAllText(path, "#!/bin/sh\n" + text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>Waits until what other processes do has made something true; fails after a minute.</summary>
    public static async Task WaitForAsync(Func<bool> condition, Func<string> what)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition())
        {
            try
            {
                await poll.WaitForNextTickAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"It never came: {what()}");
            }
        }
    }

    public static string[] LinesOf(string path) => File.Exists(path) ? File.ReadAllLines(path) : [];
}
