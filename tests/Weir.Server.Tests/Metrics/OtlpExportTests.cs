using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Weir.Server.Tests.Hosting;

namespace Weir.Server.Tests.Metrics;

public sealed class OtlpExportTests
{
    [Fact]
    public async Task Metrics_and_traces_come_to_the_configured_collector()
    {
        using var listener = new HttpListener();
        int port = FreePort();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();
        var received = new ConcurrentDictionary<string, byte[]>();
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = ListenAsync(listener, received, both);

        await using var daemon = new TestDaemon { More = $"telemetry:\n  otlp_endpoint: http://127.0.0.1:{port}\n  interval: 1s\n" };
        await daemon.StartAsync();
        using HttpClient client = daemon.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/livez") { Headers = { { "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" } } };
        await client.SendAsync(request, TestContext.Current.CancellationToken);
        await both.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        // The names stand in the messages as they are; the trace goes on the one that the caller began.
        Assert.Contains("weir_role_up", Encoding.Latin1.GetString(received["/v1/metrics"]), StringComparison.Ordinal);
        Assert.Contains("GET /livez", Encoding.Latin1.GetString(received["/v1/traces"]), StringComparison.Ordinal);
        Assert.True(received["/v1/traces"].AsSpan().IndexOf(Convert.FromHexString("0af7651916cd43dd8448eb211c80319c")) >= 0);
        Assert.True(await daemon.StopAsync());
    }

    [Fact]
    public async Task A_collector_that_is_not_there_hurts_nobody()
    {
        await using var daemon = new TestDaemon { More = $"telemetry:\n  otlp_endpoint: http://127.0.0.1:{FreePort()}\n  interval: 1s\n" };
        await daemon.StartAsync();
        using HttpClient client = daemon.Client();
        Assert.Equal("ok\n", await client.GetStringAsync("/livez", TestContext.Current.CancellationToken));
        Assert.True(await daemon.StopAsync());
    }

    private static async Task ListenAsync(HttpListener listener, ConcurrentDictionary<string, byte[]> received, TaskCompletionSource both)
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            Assert.Equal("application/x-protobuf", context.Request.ContentType);
            received.AddOrUpdate(context.Request.Url!.AbsolutePath, _ => body.ToArray(), (_, before) => [.. before, .. body.ToArray()]);
            context.Response.Close();

            // The first export may come before the roles are up.
            if (Has("/v1/metrics", "weir_role_up") && Has("/v1/traces", "GET /livez")) both.TrySetResult();
        }

        bool Has(string path, string name) => received.TryGetValue(path, out byte[]? bytes) && Encoding.Latin1.GetString(bytes).Contains(name, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var socket = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
