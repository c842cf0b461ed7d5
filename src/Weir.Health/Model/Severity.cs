namespace Weir.Health;

/// <summary>How bad an issue is: by how much may still be lost, and by the class of its bucket.</summary>
public enum Severity
{
    Low = 0,
    Medium = 1,
    High = 2,
    Critical = 3,
}
