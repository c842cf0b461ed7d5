using Weir.Server.Configuration;

namespace Weir.Server.Tests.Configuration;

public sealed class HealthConfigurationTests
{
    [Fact]
    public void Pools_are_written_with_keys_of_their_own_in_files_and_variables()
    {
        using var directory = new ConfigurationDirectory();
        string file = directory.Write("weir.yaml", """
            health:
              pools:
                - { name: pool0, drives: [/data/disk1, "/data/disk 2"] }
                - name: second
                  drives:
                    - /more/disk1
              autostart: false
              state_dir: /var/lib/weir/health
            """);
        EffectiveConfiguration read = ConfigurationLoader.Load(file, new Dictionary<string, string>()).ThrowIfInvalid();
        Assert.Equal(["pool0: /data/disk1 /data/disk 2", "second: /more/disk1"], Pools(read));
        Assert.False(read.Options.Health.Autostart);
        // What is shown can be read again.
        string shown = ConfigurationSchema.Find("health", "pools")!.Read(read.Options)![0];
        EffectiveConfiguration again = ConfigurationLoader.Load(null, new Dictionary<string, string> { ["WEIR__HEALTH__POOLS"] = $"[{shown}]" }).ThrowIfInvalid();
        Assert.Equal(["pool0: /data/disk1 /data/disk 2"], Pools(again));
    }

    [Theory]
    [InlineData("[{ name: a }]", "a pool without drives")]
    [InlineData("[{ drives: [/d] }]", "a pool without name")]
    [InlineData("[{ name: a, drives: [] }]", "has 0 drives")]
    [InlineData("[{ name: a, drives: [d] }]", "is not a whole path")]
    [InlineData("[{ name: a, drive: [/d] }]", "a pool has no 'drive'; did you mean 'drives'?")]
    [InlineData("[{ name: a, drives: /d }]", "'drives' of a pool has a value that it cannot have")]
    [InlineData("[{ name: a, drives: [/d] }, { name: a, drives: [/e] }]", "two pools of the name 'a'")]
    [InlineData("[{ name: a, drives: [/d] }, { name: b, drives: [/d/] }]", "has the drive /d twice")]
    [InlineData("[/d]", "is not { name:")]
    [InlineData("[[/d]]", "is a list with something in it that is no plain value")]
    [InlineData("{ name: a, drives: [/d] }", "has keys below it")]
    public void What_is_no_pool_is_named(string text, string problem)
    {
        using var directory = new ConfigurationDirectory();
        string file = directory.Write("weir.yaml", $"health:\n  pools: {text}\n");
        EffectiveConfiguration read = ConfigurationLoader.Load(file, new Dictionary<string, string>());
        Assert.Contains(read.Problems, found => found.ToString().Contains(problem, StringComparison.Ordinal) && found.ToString().Contains("health.pools", StringComparison.Ordinal));
    }

    [Fact]
    public void Other_keys_take_no_mappings()
    {
        using var directory = new ConfigurationDirectory();
        string file = directory.Write("weir.yaml", "events:\n  rules: [{ a: /b }]\n");
        Assert.Contains(ConfigurationLoader.Load(file, new Dictionary<string, string>()).Problems, found => found.ToString().Contains("no plain value", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Pools(EffectiveConfiguration read) => read.Options.Health.Pools.Select(pool => $"{pool.Name}: {string.Join(' ', pool.Drives)}");
}
