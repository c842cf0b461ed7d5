namespace Weir.Health;

/// <summary>Why something that was asked for is not done.</summary>
public enum HealthProblem
{
    /// <summary>A value makes no sense: the message names the field.</summary>
    Invalid,

    /// <summary>What is named does not exist.</summary>
    NotFound,

    /// <summary>It is running already, overlaps with what is running, or is in a state that does not allow it.</summary>
    Conflict,

    /// <summary>A limit is reached.</summary>
    TooMany,

    /// <summary>Not now: the feed or the drives cannot be used.</summary>
    Unavailable,
}

/// <summary>Something that was asked of the health system is not done.</summary>
/// <param name="problem">Of which kind.</param>
/// <param name="code">One word for programs, as <c>scan_overlap</c>.</param>
/// <param name="message">What, where, and what to do.</param>
public sealed class HealthException(HealthProblem problem, string code, string message) : Exception(message)
{
    public HealthProblem Problem { get; } = problem;

    public string Code { get; } = code;
}
