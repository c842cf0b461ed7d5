using System.Text;
using Weir.Cli.Running;
using Weir.Cli.Terminals;

namespace Weir.Cli.Tests;

/// <summary>What one run of the program came to.</summary>
internal sealed record Outcome(int ExitCode, string Out, string Error)
{
    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>Runs the program within the test, with an environment and an input of the test's own.</summary>
internal sealed class TestTerminal
{
    public Dictionary<string, string> Variables { get; } = [];

    public byte[] Input { get; set; } = [];

    public bool IsTerminal { get; init; }

    public string? InvokedAs { get; set; }

    public async Task<Outcome> RunAsync(params string[] words)
    {
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var terminal = new Terminal(() => new MemoryStream(Input), output, error, Variables) { IsOutTerminal = IsTerminal, InvokedAs = InvokedAs };
        int exitCode = await Application.RunAsync(words, terminal);
        return new(exitCode, Encoding.UTF8.GetString(output.ToArray()), Encoding.UTF8.GetString(error.ToArray()));
    }
}
