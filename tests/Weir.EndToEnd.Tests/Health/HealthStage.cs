using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Weir.EndToEnd.Tests.Serving;

namespace Weir.EndToEnd.Tests.Health;

/// <summary>A set of drives made by <c>weir drives make</c>, and a daemon that looks after it.</summary>
internal sealed class HealthStage : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private readonly DirectoryInfo _directory = System.IO.Directory.CreateTempSubdirectory("weir-health-");
    private readonly HttpClient _client = new();

    public string Directory => _directory.FullName;

    public string Drives => Path.Combine(Directory, "drives");

    public ServeProcess? Daemon { get; private set; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Runs the program to its end and gives what it printed.</summary>
    public static Task<string> WeirAsync(params string[] words) => RunAsync("dotnet", [Path.Combine(AppContext.BaseDirectory, "weir.dll"), .. words], [0]);

    /// <summary>Runs a program to its end.</summary>
    public static async Task<string> RunAsync(string program, IReadOnlyList<string> words, int[] codes, IReadOnlyDictionary<string, string>? variables = null)
    {
        var start = new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in variables ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> error = process.StandardError.ReadToEndAsync(Token);
            string output = await process.StandardOutput.ReadToEndAsync(Token).WaitAsync(Patience, Token);
            await process.WaitForExitAsync(Token).WaitAsync(Patience, Token);
            Assert.True(codes.Contains(process.ExitCode), $"{program} {string.Join(' ', words)}: {process.ExitCode}\n{output}\n{await error}");
            return output;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    /// <summary>Four drives with a photo and made-up objects.</summary>
    /// <returns>The drives' roots.</returns>
    public async Task<string[]> MakeAsync(int objects = 20)
    {
        string photo = Path.Combine(Directory, "IMG_001.jpg");
        byte[] content = new byte[300_000];
        new Random(5).NextBytes(content);
        await File.WriteAllBytesAsync(photo, content, Token);
        await WeirAsync("drives", "make", Drives, "--set", "2+2", "--bucket", "user-uploads", "--prefix", "photos/", "--generate", $"{objects}", photo);
        return [.. System.IO.Directory.GetDirectories(Drives).Order(StringComparer.Ordinal)];
    }

    public async Task StartAsync(IReadOnlyList<string> drives, IReadOnlyDictionary<string, string>? variables = null, params string[] words)
    {
        var all = new Dictionary<string, string>(variables ?? new Dictionary<string, string>())
        {
            ["WEIR__HEALTH__POOLS"] = $"[{{name: pool0, drives: [{string.Join(", ", drives)}]}}]",
            ["WEIR__HEALTH__DRIVE_CHECK_INTERVAL"] = "500ms",
        };
        Daemon = await ServeProcess.StartAsync(Directory, all, words);
        _client.BaseAddress ??= Daemon.Address;
    }

    /// <summary>The data of a call that succeeds.</summary>
    public async Task<JsonElement> CallAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(Daemon!.Address, path));
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage answer = await _client.SendAsync(request, Token);
        string text = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {text}\n{Daemon.Said}");
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.GetProperty("data").Clone();
    }

    public Task<JsonElement> GetAsync(string path) => CallAsync(HttpMethod.Get, path);

    /// <summary>Waits until an answer is as it is to be.</summary>
    public async Task<JsonElement> WhenAsync(string path, Func<JsonElement, bool> condition)
    {
        long started = Stopwatch.GetTimestamp();
        while (true)
        {
            JsonElement data = await GetAsync(path);
            if (condition(data)) return data;
            Assert.True(Stopwatch.GetElapsedTime(started) < Patience, $"{path} is still {data}\n{Daemon!.Said}");
            await Task.Delay(50, Token);
        }
    }

    /// <summary>Runs the workflow as it is written, but for the port.</summary>
    /// <returns>What was asked and what was answered, in that order.</returns>
    public async Task<IReadOnlyList<(string Asked, string Answered)>> RunWorkflowAsync()
    {
        string kept = System.IO.Directory.CreateDirectory(Path.Combine(Directory, "answers")).FullName;
        string text = string.Concat(new[] { "around-workflow.sh", "workflow.sh" }.Select(file => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, file)) + "\n"))
            .Replace("localhost:9000", $"localhost:{Daemon!.Port}", StringComparison.Ordinal);
        string script = Path.Combine(Directory, "run.sh");
        await File.WriteAllTextAsync(script, text, Token);
        await RunAsync("bash", [script], [0], new Dictionary<string, string> { ["KEPT"] = kept });
        return [.. System.IO.Directory.GetFiles(kept, "*.url").Order(StringComparer.Ordinal).Select(file => (File.ReadAllText(file), File.ReadAllText(Path.ChangeExtension(file, ".body"))))];
    }

    public void Dispose()
    {
        Daemon?.Dispose();
        _client.Dispose();
        _directory.Delete(recursive: true);
    }
}
