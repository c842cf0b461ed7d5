using System.Globalization;

namespace Weir.Server.Configuration;

/// <summary>Where a value was written.</summary>
/// <param name="Place">A file's path, a variable of the environment, an option, or <c>default</c>.</param>
/// <param name="Line">The line of the file, from 1; 0 when it is no file.</param>
public readonly record struct ConfigurationSource(string Place, int Line = 0)
{
    /// <summary>What stands before an option's name in <see cref="Place"/>.</summary>
    public const string OptionPlace = "command line ";

    /// <summary>Whether it stood on the command line.</summary>
    public bool IsOption => Place.StartsWith(OptionPlace, StringComparison.Ordinal);

    public static ConfigurationSource Default { get; } = new("default");

    public static ConfigurationSource Variable(string name) => new($"environment {name}");

    public static ConfigurationSource Option(string name) => new(OptionPlace + name);

    public override string ToString() => Line == 0 ? Place : string.Create(CultureInfo.InvariantCulture, $"{Place}:{Line}");
}
