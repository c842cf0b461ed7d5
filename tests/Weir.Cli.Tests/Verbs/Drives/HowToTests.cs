using System.Diagnostics;
using System.Globalization;
using Weir.Cli.Tests.Architecture;

namespace Weir.Cli.Tests.Verbs.Drives;

/// <summary>The how-tos of docs/drives.md are run as they stand, one after another, in a directory of their own; each comes to what is said here.</summary>
public sealed class HowToTests : IDisposable
{
    private const string Place = "/tmp/weir-howto", Bucket = "bucket/generated/";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-howto-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Each_does_what_it_says()
    {
        foreach (string program in (string[])["bash", "jq", "ionice"])
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(path => File.Exists(Path.Combine(path, program))), $"{program} is not installed");
        }

        await File.WriteAllTextAsync(Own("weir"), $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "weir.dll")}' \"$@\"\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(Own("weir"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        List<(string Title, string Commands)> howTos = Read();
        (string Title, Action<int, string> Check)[] expected = Expected();
        Assert.Equal(expected.Select(one => one.Title), howTos.Select(one => one.Title));
        for (int i = 0; i < howTos.Count; i++)
        {
            (int exitCode, string text, string messages) = await RunAsync(howTos[i].Commands);
            try
            {
                expected[i].Check(exitCode, text);
            }
            catch (Exception failed)
            {
                throw new InvalidOperationException($"{howTos[i].Title}: ended with {exitCode}\n{howTos[i].Commands}\n{text}\n{messages}", failed);
            }
        }
    }

    private (string Title, Action<int, string> Check)[] Expected() =>
    [
        ("How to", (code, _) => Assert.Equal((0, 6), (code, Directory.GetDirectories(Own("drives")).Length))),
        ("What is this deployment, and are all its drives there?", (code, text) => Assert.True(code == 0 && text.Contains("6 of 6 drives online", StringComparison.Ordinal))),
        ("Is everything really whole?", (_, text) => Assert.True(text.EndsWith("exit code 3\n", StringComparison.Ordinal) && Unhealthy(text).SequenceEqual(["00000", "00001", "00008"]))),
        ("Which objects are damaged, and which are lost?", (code, text) =>
        {
            Assert.Equal(0, code);
            Assert.Contains($"[\"degraded\",\"bucket\",\"generated/00008\",1,[\"{Own("drives")}/disk5\",\"part-damaged\"]]", text, StringComparison.Ordinal);
            Assert.Contains("\"lost\": {\n    \"count\": 0", text, StringComparison.Ordinal);
        }),
        ("How many more drives may I lose?", (code, text) => Assert.True(code == 0 && text.Contains("\"bucket\":\"bucket\"", StringComparison.Ordinal))),
        ("Is there rot that nobody has read yet?", (code, text) => Assert.True(code == 3 && Unhealthy(text).SequenceEqual(["00008"]))),
        ("How far is it, and when will it be done?", (code, _) => Assert.True(code == 3 && !File.Exists(Own("drives.state")))),
        ("It takes too long.", (code, text) => Assert.True(code == 3 && text.StartsWith("0 objects", StringComparison.Ordinal) && Unhealthy(text).SequenceEqual(["00000", "00001", "00008"]))),
        ("It must not slow the service down.", (code, text) => Assert.True(code == 3 && Unhealthy(text).SequenceEqual(["00000", "00001", "00008"]))),
        ("A single drive, without parity: what of it has rotted?", (code, text) => Assert.True(code == 3 && text.StartsWith($"unrecoverable  {Bucket}00001 ", StringComparison.Ordinal))),
        ("Which drive is going bad?", (code, text) => Assert.True(code == 0 && ((string[])["disk2", "disk3"]).All(text.Contains))),
        ("A drive was replaced, or came back after a while: what does it lack?", (code, text) => Assert.Equal((0, $"{Bucket}00001\n"), (code, text))),
        ("Dangling objects, orphaned data, directories without xl.meta.", (code, text) => Assert.Equal((0, ""), (code, text))),
        ("Repair it.", (code, text) =>
        {
            Assert.Equal(0, code);
            Assert.Contains("exit code 3", text, StringComparison.Ordinal);
            Assert.Contains("3 versions repaired, 0 not or in part, 0 left", text, StringComparison.Ordinal);
            Assert.Contains("0 versions repaired, 0 not or in part, 0 left", text, StringComparison.Ordinal);
        }),
        ("Repair one object now.", (code, text) => Assert.True(code == 0 && text.Contains("1 versions repaired", StringComparison.Ordinal) && File.Exists(Own($"drives/disk4/{Bucket}00007/xl.meta")))),
        ("A drive was replaced by an empty one: rebuild it", (code, text) => Assert.True(code == 0 && text.Contains("healthy", StringComparison.Ordinal))),
        ("Set aside what no version refers to, and take that back.", (code, text) =>
        {
            Assert.Equal(0, code);
            Assert.Contains("exit code 3", text, StringComparison.Ordinal);
            Assert.True(Directory.Exists(Own($"drives/disk1/{Bucket}00001/01234567-89ab-4cde-8f01-23456789abcd")));
        }),
        ("Get the data out without a server", (code, text) => Assert.Equal((0, Md5(1)), (code, text.Split(' ')[0]))),
        ("May RustFS take these drives over?", (_, text) => Assert.Equal("", text)),
    ];

    /// <summary>The numbers of the made objects that a line of text says something of.</summary>
    private static IEnumerable<string> Unhealthy(string text) => text.Split('\n').Where(line => !line.StartsWith(' ') && line.Contains(Bucket, StringComparison.Ordinal))
        .Select(line => line.Split(Bucket)[1][..5]).Order(StringComparer.Ordinal);

    private string Md5(int number) => File.ReadLines(Own("drives.made")).Single(line => line.EndsWith(string.Create(CultureInfo.InvariantCulture, $" {Bucket}{number:d5}"), StringComparison.Ordinal)).Split(' ')[0];

    private string Own(string name) => Path.Combine(_directory.FullName, name);

    private static List<(string Title, string Commands)> Read()
    {
        var howTos = new List<(string, string)>();
        string title = "";
        string[] lines = Repository.Read("docs/drives.md").Split('\n');
        int first = Array.IndexOf(lines, "## How to");
        for (int i = first; i < lines.Length && (i == first || !lines[i].StartsWith("## ", StringComparison.Ordinal)); i++)
        {
            if (i == first) title = "How to";
            else if (lines[i].StartsWith("**", StringComparison.Ordinal)) title = lines[i].Split("**")[1];
            if (lines[i] != "```sh") continue;
            int end = Array.IndexOf(lines, "```", i);
            howTos.Add((title, string.Join('\n', lines[(i + 1)..end])));
            i = end;
        }

        return howTos;
    }

    private async Task<(int ExitCode, string Text, string Messages)> RunAsync(string commands)
    {
        // Only the place is another, so that nobody else's is touched.
        string own = commands.Replace(Place, Own("drives"), StringComparison.Ordinal);
        var start = new ProcessStartInfo("bash", ["-c", own]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _directory.FullName };
        start.Environment["PATH"] = $"{_directory.FullName}:{Environment.GetEnvironmentVariable("PATH")}";
        using Process shell = Process.Start(start)!;
        try
        {
            Task<string> text = shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), messages = shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await shell.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(5));
            return (shell.ExitCode, await text, await messages);
        }
        finally
        {
            if (!shell.HasExited) shell.Kill(entireProcessTree: true);
        }
    }
}
