namespace Weir.Server.Configuration;

/// <summary>One thing wrong with a configuration.</summary>
/// <param name="Source">Where.</param>
/// <param name="Key">At which key, e.g. <c>hsm.poll_interval</c>; empty when it concerns the file.</param>
/// <param name="Message">What is wrong and what is expected.</param>
public sealed record ConfigurationProblem(ConfigurationSource Source, string Key, string Message)
{
    public override string ToString() => Key.Length == 0 ? $"{Source}: {Message}" : $"{Source}: {Key}: {Message}";
}

/// <summary>The configuration cannot be used. The message has the first problem, <see cref="Problems"/> all of them.</summary>
public sealed class ConfigurationException(IReadOnlyList<ConfigurationProblem> problems) : IOException(Summarize(problems))
{
    public IReadOnlyList<ConfigurationProblem> Problems { get; } = problems;

    private static string Summarize(IReadOnlyList<ConfigurationProblem> problems) =>
        problems.Count == 1 ? problems[0].ToString() : $"{problems[0]} (and {problems.Count - 1} more: 'weir config check' names them all)";
}
