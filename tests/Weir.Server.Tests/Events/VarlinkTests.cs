using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Weir.BlockEvents.Events;
using Weir.BlockEvents.Pipeline;
using Weir.BlockEvents.Topology;
using Weir.Feed;
using Weir.Feed.Log;
using Weir.Server.Events.Varlink;

namespace Weir.Server.Tests.Events;

public sealed class VarlinkTests : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-varlink-");
    private readonly CancellationTokenSource _stop = new();
    private readonly LogEngine _feed;
    private readonly VarlinkServer _server;
    private readonly Task _serving;

    public VarlinkTests()
    {
        _feed = new(new() { Directory = Path.Combine(_directory.FullName, "feed") });
        string disk = Directory.CreateDirectory(Path.Combine(_directory.FullName, "root/sys/class/block/sda")).FullName;
        File.WriteAllText(Path.Combine(disk, "dev"), "8:0\n");
        File.WriteAllText(Path.Combine(disk, "wwid"), "naa.1\n");
        _server = new(SocketPath, null, new(_feed, new(new SystemRoot(Path.Combine(_directory.FullName, "root"))), "1.2.3"), NullLogger.Instance);
        _serving = _server.RunAsync(_stop.Token);
    }

    private string SocketPath => Path.Combine(_directory.FullName, "s");

    [Fact]
    public async Task A_service_says_what_it_is()
    {
        using Client client = Connect();
        JsonElement info = await client.CallAsync("org.varlink.service.GetInfo", "{}");
        Assert.Equal("1.2.3", info.GetProperty("parameters").GetProperty("version").GetString());
        Assert.Equal(["org.varlink.service", "io.weir.StorageEvents"], info.GetProperty("parameters").GetProperty("interfaces").EnumerateArray().Select(item => item.GetString()));
        foreach (string name in (string[])["org.varlink.service", "io.weir.StorageEvents"])
        {
            JsonElement described = await client.CallAsync("org.varlink.service.GetInterfaceDescription", $"{{\"interface\":\"{name}\"}}");
            Assert.Contains($"interface {name}\n", described.GetProperty("parameters").GetProperty("description").GetString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("org.varlink.service.No", "{}", "org.varlink.service.MethodNotFound")]
    [InlineData("io.weir.StorageEvents.No", "{}", "org.varlink.service.MethodNotFound")]
    [InlineData("com.example.Other.Do", "{}", "org.varlink.service.InterfaceNotFound")]
    [InlineData("org.varlink.service.GetInterfaceDescription", "{\"interface\":\"a.b\"}", "org.varlink.service.InterfaceNotFound")]
    [InlineData("org.varlink.service.GetInterfaceDescription", "{\"interface\":5}", "org.varlink.service.InvalidParameter")]
    [InlineData("io.weir.StorageEvents.Monitor", "{}", "org.varlink.service.ExpectedMore")]
    [InlineData("io.weir.StorageEvents.Info", "{\"block\":\"sdz\"}", "io.weir.StorageEvents.BlockNotFound")]
    [InlineData("io.weir.StorageEvents.Query", "{\"limit\":-1}", "org.varlink.service.InvalidParameter")]
    [InlineData("io.weir.StorageEvents.Query", "{\"filter\":{\"severity\":\"awful\"}}", "org.varlink.service.InvalidParameter")]
    public async Task What_cannot_be_answered_is_an_error_and_the_next_call_is_answered(string method, string parameters, string error)
    {
        using Client client = Connect();
        Assert.Equal(error, (await client.CallAsync(method, parameters)).GetProperty("error").GetString());
        Assert.Equal("sda", (await client.CallAsync("io.weir.StorageEvents.Info", "{\"block\":\"8:0\"}")).GetProperty("parameters").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Events_are_asked_for_and_followed()
    {
        using Client client = Connect();
        await AppendAsync("ONE", "TWO", "THREE");
        JsonElement found = await client.CallAsync("io.weir.StorageEvents.Query", "{\"filter\":{\"event_types\":[\"T*\"],\"blocks\":[\"sda\"]}}");
        Assert.Equal(["TWO", "THREE"], found.GetProperty("parameters").GetProperty("events").EnumerateArray().Select(one => one.GetProperty("event_type").GetString()));
        found = await client.CallAsync("io.weir.StorageEvents.Query", "{\"limit\":1}");
        Assert.Equal("THREE", found.GetProperty("parameters").GetProperty("events")[0].GetProperty("event_type").GetString());

        await client.SendAsync("io.weir.StorageEvents.Monitor", "{\"filter\":{\"severity\":\"Error\"}}", more: true);
        Assert.Equal(JsonValueKind.Null, (await client.ReceiveAsync()).GetProperty("parameters").GetProperty("event").ValueKind);
        await AppendAsync("FOUR");
        JsonElement told = await client.ReceiveAsync();
        Assert.Equal("FOUR", told.GetProperty("parameters").GetProperty("event").GetProperty("event_type").GetString());
        Assert.True(told.GetProperty("continues").GetBoolean());
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("[]")]
    [InlineData("{\"method\":5}")]
    [InlineData("{}")]
    public async Task Who_sends_no_call_is_cut_off_and_others_are_served(string text)
    {
        using Client bad = Connect();
        await bad.SendRawAsync(text);
        await Assert.ThrowsAsync<EndOfStreamException>(bad.ReceiveAsync);
        using Client good = Connect();
        Assert.True((await good.CallAsync("org.varlink.service.GetInfo", "{}")).TryGetProperty("parameters", out _));
    }

    [Fact]
    public async Task The_example_in_C_asks_about_a_device()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/gcc"), "needs gcc");
        string program = Path.Combine(_directory.FullName, "example");
        string source = Path.Combine(AppContext.BaseDirectory, "storage-events.c");
        Assert.Equal((0, ""), await RunAsync("gcc", "-Wall", "-Wextra", "-Werror", "-O2", "-o", program, source));
        (int exitCode, string output) = await RunAsync(program, SocketPath, "sda");
        Assert.Equal(0, exitCode);
        Assert.Equal("naa.1", JsonDocument.Parse(output).RootElement.GetProperty("parameters").GetProperty("device").GetProperty("wwid").GetString());
        (exitCode, output) = await RunAsync(program, SocketPath, "no \"such\" device");
        Assert.Equal(1, exitCode);
        Assert.Contains("BlockNotFound", output, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _server.Dispose();
        await _feed.DisposeAsync();
        _stop.Dispose();
        _directory.Delete(recursive: true);
    }

    private Client Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(SocketPath));
        return new(socket);
    }

    private async Task AppendAsync(params string[] types)
    {
        var batch = new RecordBatch();
        foreach (string type in types)
        {
            byte[] json = StorageEventWriter.ToUtf8(new()
            {
                Hostname = "h",
                Severity = Severity.Error,
                SubSystem = "block",
                Timestamp = DateTimeOffset.UtcNow,
                EventId = Guid.NewGuid(),
                EventType = type,
                Message = "m",
                RawMessage = "m",
                KernelDevice = "sda",
                Device = new() { Path = "/dev/sda", Wwid = "naa.1" },
            });
            batch.Add(Encoding.UTF8.GetBytes(type), "h"u8, "naa.1"u8, json);
        }

        await _feed.AppendAsync(EventMakerOptions.Topic, batch, default, TestContext.Current.CancellationToken);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string program, params string[] words)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await error);
    }

    /// <summary>A varlink client, as small as one can be.</summary>
    private sealed class Client(Socket socket) : IDisposable
    {
        private readonly NetworkStream _stream = new(socket, ownsSocket: true);
        private readonly List<byte> _rest = [];

        public Task SendRawAsync(string text) => _stream.WriteAsync((byte[])[.. Encoding.UTF8.GetBytes(text), 0], TestContext.Current.CancellationToken).AsTask();

        public Task SendAsync(string method, string parameters, bool more = false) => SendRawAsync($"{{\"method\":\"{method}\",\"parameters\":{parameters}{(more ? ",\"more\":true" : "")}}}");

        public async Task<JsonElement> CallAsync(string method, string parameters)
        {
            await SendAsync(method, parameters);
            return await ReceiveAsync();
        }

        public async Task<JsonElement> ReceiveAsync()
        {
            byte[] buffer = new byte[4096];
            int end;
            while ((end = _rest.IndexOf(0)) < 0)
            {
                int read = await _stream.ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(90));
                if (read == 0) throw new EndOfStreamException();
                _rest.AddRange(buffer.AsSpan(0, read));
            }

            using JsonDocument answer = JsonDocument.Parse(_rest.GetRange(0, end).ToArray());
            _rest.RemoveRange(0, end + 1);
            return answer.RootElement.Clone();
        }

        public void Dispose() => _stream.Dispose();
    }
}
