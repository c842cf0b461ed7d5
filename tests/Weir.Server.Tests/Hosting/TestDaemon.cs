using Weir.Server.Configuration;
using Weir.Server.Hosting;

namespace Weir.Server.Tests.Hosting;

/// <summary>A daemon in this process, with a directory of its own: configuration, feed, socket, tokens.</summary>
internal sealed class TestDaemon : IAsyncDisposable
{
    private const int ListeningEvent = 9030;
    private const int RunningEvent = 9010;

    private readonly CancellationTokenSource _stopping = new();
    private readonly DirectoryInfo _directory = System.IO.Directory.CreateTempSubdirectory("weir-daemon-");
    private Task<bool> _run = Task.FromResult(true);

    public CapturedLog Log { get; } = new();

    public string Directory => _directory.FullName;

    public string Socket => Path.Combine(Directory, "feed.sock");

    public string Feed => Path.Combine(Directory, "feed");

    public string Tokens => Path.Combine(Directory, "tokens");

    public string Configuration => Path.Combine(Directory, "weir.yaml");

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public Daemon? Daemon { get; private set; }

    public IReadOnlyList<string>? Roles { get; set; }

    public string Version { get; set; } = "1.2.3";

    /// <summary>Roles of the test's own.</summary>
    public IReadOnlyList<GuestRole> Guests { get; set; } = [];

    /// <summary>Writes the configuration: what every test needs, and the lines that were set.</summary>
    public void Configure() => File.WriteAllText(
        Configuration, $"feed:\n  url: file:{Feed}\n{FeedLines}api:\n  listen: ['{Listen}']\n{ApiLines}auth:\n  tokens_file: {Tokens}\n{AuthLines}feeds:\n  socket: {Socket}\n{FeedsLines}{More}");

    public string Listen { get; set; } = "127.0.0.1:0";

    /// <summary>More lines of section <c>api</c>.</summary>
    public string ApiLines { get; set; } = "";

    /// <summary>More lines of section <c>feed</c>.</summary>
    public string FeedLines { get; set; } = "";

    /// <summary>More sections.</summary>
    public string More { get; set; } = "";

    /// <summary>More lines of section <c>auth</c>.</summary>
    public string AuthLines { get; set; } = "";

    /// <summary>More lines of section <c>feeds</c>.</summary>
    public string FeedsLines { get; set; } = "";

    public async Task StartAsync()
    {
        if (!File.Exists(Configuration)) Configure();
        Daemon = new(new()
        {
            LoadConfiguration = () => ConfigurationLoader.Load(Configuration, new Dictionary<string, string>()),
            ApplyLog = _ => { },
            Loggers = Log,
            Roles = Roles,
            Version = Version,
            ReadVariable = _ => null,
            Guests = Guests,
        });
        _run = Task.Run(() => Daemon.RunAsync(_stopping.Token));
        if (Roles is not null && !Roles.Contains("api"))
        {
            await StartedAsync(Log.WhenAsync(RunningEvent));
            return;
        }

        string said = await StartedAsync(Log.WhenAsync(ListeningEvent));
        Address = new(said[said.IndexOf("http", StringComparison.Ordinal)..].Split(',', ' ')[0].TrimEnd('.'));
        await StartedAsync(Log.WhenAsync(RunningEvent, part: "Role api "));
    }

    private async Task<string> StartedAsync(Task<string> said)
    {
        if (await Task.WhenAny(said, _run) == _run) await _run;
        return await said;
    }

    /// <summary>A client that takes any certificate and follows nothing.</summary>
    public HttpClient Client(string? token = null)
    {
        var client = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, _, _, _) => true, AllowAutoRedirect = false }) { BaseAddress = Address };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    public async Task<bool> StopAsync()
    {
        await _stopping.CancelAsync();
        return await _run;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await ((Task)_run).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Daemon?.Dispose();
        _stopping.Dispose();
        _directory.Delete(recursive: true);
    }
}
