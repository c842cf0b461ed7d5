using System.Globalization;
using System.Text;
using Weir.Cli.Tests.Processes;
using Weir.Feed.Redis.Tests.Faults;

namespace Weir.EndToEnd.Tests.Redis;

/// <summary>The program's memory against servers that send as much as is taken.</summary>
public sealed class HostileServerTests
{
    private const int LimitMebibytes = 512;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("$67000000\r\n", "x")]
    [InlineData("$2147483647\r\n", "x")]
    [InlineData("", "*1\r\n")]
    [InlineData("*21000000\r\n", ":1\r\n")]
    [InlineData("*9000000\r\n", ":1\r\n")]
    [InlineData("", "|1\r\n+a\r\n+b\r\n")]
    [InlineData("+", "x")]
    public async Task A_server_that_sends_without_end_is_given_up_before_memory_is(string head, string endless)
    {
        byte[] piece = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(endless, 64 * 1024 / endless.Length)));
        await using var server = new HostileServer(_ => Endless(Encoding.UTF8.GetBytes(head), piece));
        using var process = new WeirProcess(server.Url, "feed", "topics");
        Task<string> messages = process.Error.ReadToEndAsync(Cancellation);
        Task<string> output = process.Out.ReadToEndAsync(Cancellation);
        long peak = 0;
        while (!process.HasExited)
        {
            peak = Math.Max(peak, PeakKibibytes(process.Id));
            await Task.Delay(5, Cancellation);
        }

        Assert.Equal(1, await process.WaitForExitAsync());
        Assert.Equal("", await output);
        Assert.Contains(server.Url, await messages, StringComparison.Ordinal);
        Assert.True(peak < LimitMebibytes * 1024, $"it took {peak / 1024} MiB: {await messages}");
        TestContext.Current.TestOutputHelper?.WriteLine($"peak {peak / 1024} MiB; {await messages}");
    }

    private static IEnumerable<byte[]> Endless(byte[] head, byte[] piece)
    {
        yield return head;
        while (true) yield return piece;
    }

    private static long PeakKibibytes(int process)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0; // It has just ended.
        }
    }
}
