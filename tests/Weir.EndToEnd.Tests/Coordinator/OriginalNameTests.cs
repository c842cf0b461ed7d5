using System.Globalization;
using System.Text.Json;
using Weir.Cli.Tests.Processes;

namespace Weir.EndToEnd.Tests.Coordinator;

/// <summary>By the originals' names, weir is those tools: their options, variables and words.</summary>
public sealed class OriginalNameTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-names-");
    private readonly int _port = CoordinatorServer.FindPort();

    private string Feed => $"file:{Path.Combine(_directory.FullName, "feed")}";

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Server_and_client_are_called_as_sites_call_them()
    {
        string path = Path.Combine(_directory.FullName, "coordinatool.conf");
        await File.WriteAllTextAsync(path, "redis_host ''\nclient_grace_ms 700\narchive_id 3\nverbose debug\n", TestContext.Current.CancellationToken);
        var variables = new Dictionary<string, string>
        {
            ["WEIR_INVOKED_AS"] = "lhsmd_coordinatool",
            ["COORDINATOOL_CONF"] = path,
            ["COORDINATOOL_HOST"] = "127.0.0.1",
            ["COORDINATOOL_PORT"] = _port.ToString(CultureInfo.InvariantCulture),
        };
        using CoordinatorServer server = await CoordinatorServer.StartAsync(Feed, _port, variables, "-v", "-A", "1", "--archive", "2", "--client-grace", "600000", "--redis-host", "", "--redis-port", "6397");
        variables["WEIR_INVOKED_AS"] = "coordinatool-client";
        Assert.Equal((0, "5 queued, 0 known already\n"), await RunAsync(variables, string.Concat(Enumerable.Range(1, 5).Select(number => CoordinatorServer.Line(number))), "-Q", "--fsname", "lustre"));
        (int code, string status) = await RunAsync(variables, "");
        Assert.Equal(0, code);
        Assert.StartsWith("Got status reply:\n{\n  \"command\": \"status\"", status, StringComparison.Ordinal);
        Assert.Contains("\"pending_archive\": 5", status, StringComparison.Ordinal);
        (code, string refusal) = await RunAsync(variables, CoordinatorServer.Line(9), "-Q", "--fsname", "another");
        Assert.Equal(1, code);
        Assert.Empty(refusal);
        Assert.Equal(0, (await RunAsync(variables, "", "--lock")).Code);
        Assert.Equal(1, (await server.ReadStatusAsync()).GetProperty("locked").GetInt32());
        Assert.Equal(0, (await RunAsync(variables, "", "--unlock")).Code);
        (code, string drained) = await RunAsync(variables, "", "--drain", "-I", "n0", "-A", "1", "-i", "1");
        Assert.True(code == 0, drained);
        JsonElement after = await server.ReadStatusAsync();
        Assert.Equal(5, after.GetProperty("done_archive").GetInt32());
        Assert.Equal(0, (await RunAsync(variables, "", "--lock-quit")).Code);
    }

    private async Task<(int Code, string Out)> RunAsync(IReadOnlyDictionary<string, string> variables, string input, params string[] words)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(60));
        using var client = new WeirProcess(Feed, variables, words);
        await client.Input.WriteAsync(input);
        client.Input.Close();
        _ = client.Error.ReadToEndAsync(TestContext.Current.CancellationToken);
        string text = await client.Out.ReadToEndAsync(limit.Token);
        return (await client.WaitForExitAsync(), text);
    }
}
