using System.Globalization;
using System.Text;

namespace Weir.Cli.Tests.Verbs.Feed;

/// <summary>A feed in a directory of its own, and the program to work on it.</summary>
public abstract class FeedFixture : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-cli-feed-");

    protected FeedFixture() => Terminal.Variables["WEIR_FEED"] = $"file:{FeedDirectory}";

    internal TestTerminal Terminal { get; } = new();

    protected string FeedDirectory => Path.Combine(_directory.FullName, "feed");

    public void Dispose()
    {
        _directory.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    internal Task<Outcome> RunAsync(params string[] words) => Terminal.RunAsync(words);

    /// <summary>Appends records with data {"n":1}, {"n":2}, … and returns their ids.</summary>
    internal async Task<string[]> FillAsync(string topic, int count, string type = "N")
    {
        string lines = string.Concat(Enumerable.Range(1, count).Select(n => string.Create(CultureInfo.InvariantCulture, $"{{\"n\":{n}}}\n")));
        Terminal.Input = Encoding.UTF8.GetBytes(lines);
        Outcome appended = await RunAsync("feed", "append", topic, "--type", type);
        Assert.Equal((0, ""), (appended.ExitCode, appended.Error));
        return [.. (await RunAsync("feed", "read", topic)).Lines.Select(line => line.Split('\t')[0])];
    }

    /// <summary>The only segment of the topic.</summary>
    protected string Segment(string topic) => Directory.GetFiles(Path.Combine(FeedDirectory, "topics", topic), "*.log").Single();
}
