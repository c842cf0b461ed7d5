using System.Net;
using System.Text.Json;
using Weir.Server.Hosting;
using Weir.Server.Roles;
using Weir.Server.Tests.Hosting;

namespace Weir.Server.Tests.Health;

/// <summary>A daemon whose health API has <see cref="FakeHealth"/> behind it.</summary>
internal sealed class HealthApi : IAsyncDisposable
{
    private readonly TestDaemon _daemon;

    private HealthApi(TestDaemon daemon, FakeHealth health)
    {
        _daemon = daemon;
        Health = health;
        Client = daemon.Client();
    }

    public FakeHealth Health { get; }

    public TestDaemon Daemon => _daemon;

    public HttpClient Client { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<HealthApi> StartAsync(Action<TestDaemon>? configure = null)
    {
        var daemon = new TestDaemon();
        configure?.Invoke(daemon);
        var made = new TaskCompletionSource<FakeHealth>(TaskCreationOptions.RunContinuationsAsynchronously);
        daemon.Guests = [new("fake-health", context => new Guest(context, made))];
        try
        {
            await daemon.StartAsync();
            return new(daemon, await made.Task.WaitAsync(TimeSpan.FromSeconds(60), Token));
        }
        catch
        {
            await daemon.DisposeAsync();
            throw;
        }
    }

    /// <summary>A call and the JSON that it is answered with.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> CallAsync(HttpMethod method, string path, string? body = null, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        using HttpResponseMessage answer = await (client ?? Client).SendAsync(request, Token);
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token));
        return (answer.StatusCode, document.RootElement.Clone());
    }

    /// <summary>The data of a call that succeeds.</summary>
    public async Task<JsonElement> DataAsync(HttpMethod method, string path, string? body = null)
    {
        (HttpStatusCode status, JsonElement answer) = await CallAsync(method, path, body);
        Assert.True(status == HttpStatusCode.OK, $"{path}: {answer}");
        Assert.Equal(["success", "data", "timestamp"], Names(answer));
        Assert.True(answer.GetProperty("success").GetBoolean());
        Assert.True(answer.GetProperty("timestamp").TryGetDateTimeOffset(out _));
        return answer.GetProperty("data");
    }

    public async Task RefusedAsync(HttpStatusCode status, string code, string part, HttpMethod method, string path, string? body = null)
    {
        (HttpStatusCode answered, JsonElement answer) = await CallAsync(method, path, body);
        Assert.True(status == answered, $"{method} {path} {body}: {answered} {answer}");
        Assert.Equal(["success", "error", "timestamp"], Names(answer));
        Assert.Equal(code, answer.GetProperty("error").GetProperty("code").GetString());
        Assert.Contains(part, answer.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    public static string[] Names(JsonElement value) => [.. value.EnumerateObject().Select(member => member.Name)];

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _daemon.DisposeAsync();
    }

    private sealed class Guest(RoleContext context, TaskCompletionSource<FakeHealth> made) : IRole
    {
        public string Name => "fake-health";

        public async Task RunAsync(IRoleReport report, CancellationToken stopping)
        {
            FakeHealth health = await FakeHealth.CreateAsync(context.Feed);
            context.Health.System = health;
            report.Running();
            made.TrySetResult(health);
            await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            context.Health.System = null;
        }
    }
}
