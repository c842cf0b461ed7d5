using Weir.Server.Configuration;

namespace Weir.Cli.Terminals;

/// <summary>Where a verb's input comes from and its output goes: the process's own streams, or a test's.</summary>
internal sealed class Terminal
{
    private readonly Lock _errorLock = new();
    private readonly OutputBuffer _error;

    public Terminal(Func<Stream> openInput, Stream output, Stream error, IReadOnlyDictionary<string, string> variables)
    {
        OpenInput = openInput;
        Out = new OutputBuffer(output);
        _error = new OutputBuffer(error);
        Variables = variables;
    }

    /// <summary>Standard input.</summary>
    public Func<Stream> OpenInput { get; }

    /// <summary>Data, and nothing else. Flushed when the verb ends.</summary>
    public OutputBuffer Out { get; }


    /// <summary>The environment.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; }

    /// <summary>The name the program was called by, where a link to it has another; null when nobody knows.</summary>
    public string? InvokedAs { get; init; }

    public bool IsOutTerminal { get; init; }

    public bool IsErrorTerminal { get; init; }

    /// <summary>Columns to fit text into.</summary>
    public int Width { get; init; } = 100;

    /// <summary>Whether output may have colours (https://no-color.org).</summary>
    public bool HasColor => IsOutTerminal && ReadVariable("NO_COLOR") is null && ReadVariable("TERM") != "dumb";

    public static Terminal OfProcess() => new(
        Console.OpenStandardInput, new StandardStream(1), new StandardStream(2), ConfigurationLoader.ProcessEnvironment())
    {
        InvokedAs = Environment.GetEnvironmentVariable("WEIR_INVOKED_AS"),
        IsOutTerminal = !Console.IsOutputRedirected,
        IsErrorTerminal = !Console.IsErrorRedirected,
    };

    /// <summary>A variable of the environment; null when it is not set or empty.</summary>
    public string? ReadVariable(string name) => Variables.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    /// <summary>A message for a human, at once, as <c>weir: text</c>. From any thread.</summary>
    public void Say(string text) => WriteError($"weir: {Printable.Line(text)}\n");

    /// <summary>Text for standard error as it is, at once. From any thread.</summary>
    public void WriteError(string text)
    {
        lock (_errorLock)
        {
            try
            {
                _error.Write(text);
                _error.Flush();
            }
            catch (IOException)
            {
                // There is nowhere left to complain to, and losing a message must not stop the work.
            }
        }
    }
}
