namespace Weir.Lab.Scenarios;

/// <summary>A kind of damage in a <see cref="DriveScenario"/>, and what became of it.</summary>
/// <param name="What">In words.</param>
/// <param name="Done">How often it was done.</param>
/// <param name="Found">How often verifying named it at its place.</param>
/// <param name="Repaired">How often nothing of it was left after the repair.</param>
public sealed record DriveTrouble(string What, int Done, int Found, int Repaired);
