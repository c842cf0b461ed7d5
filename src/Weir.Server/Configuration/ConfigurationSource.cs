using System.Globalization;

namespace Weir.Server.Configuration;

/// <summary>Where a value was written.</summary>
/// <param name="Place">A file's path, a variable of the environment, an option, or <c>default</c>.</param>
/// <param name="Line">The line of the file, from 1; 0 when it is no file.</param>
public readonly record struct ConfigurationSource(string Place, int Line = 0)
{
    public static ConfigurationSource Default { get; } = new("default");

    public static ConfigurationSource Variable(string name) => new($"environment {name}");

    public static ConfigurationSource Option(string name) => new($"command line {name}");

    public override string ToString() => Line == 0 ? Place : string.Create(CultureInfo.InvariantCulture, $"{Place}:{Line}");
}
