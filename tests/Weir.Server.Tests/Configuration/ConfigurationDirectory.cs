using Weir.Server.Configuration;

namespace Weir.Server.Tests.Configuration;

/// <summary>A configuration in a directory of its own, removed with it.</summary>
internal sealed class ConfigurationDirectory : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-config-");

    public string MainFile => PathOf("weir.yaml");

    public string PathOf(string name) => Path.Combine(_directory.FullName, name);

    public string Write(string name, string text)
    {
        string path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public string WriteBytes(string name, byte[] bytes)
    {
        File.WriteAllBytes(PathOf(name), bytes);
        return PathOf(name);
    }

    /// <summary>Loads the main file with its drop-ins, under the given environment and nothing of the process's.</summary>
    public EffectiveConfiguration Load(IReadOnlyDictionary<string, string>? environment = null, params ConfigurationSetting[] overrides) =>
        ConfigurationLoader.Load(MainFile, environment ?? new Dictionary<string, string>(), overrides);

    /// <summary>The only problem of a main file with this text.</summary>
    public ConfigurationProblem ProblemOf(string text)
    {
        Write("weir.yaml", text);
        return Assert.Single(Load().Problems);
    }

    public void Dispose() => _directory.Delete(recursive: true);
}
