using Weir.Hsm;
using Weir.Server.Configuration;
using Weir.Server.Configuration.Sections;

namespace Weir.Server.Tests.Configuration;

public sealed class OriginalShipperConfigurationTests : IDisposable
{
    private const string SecondGeneration = """
        # Redis
        redis_host: "feeds.example.org"
        redis_port: 6380
        redis_db: 3
        redis_stream_prefix: "site:hsm"
        mdt_watch_glob: "/proc/fs/lustre/mdt/*-MDT????/hsm/actions"
        poll_interval: 5
        heartbeat_interval: 3600
        reconcile_interval: 21600
        trim_chunk_size: 1000
        use_approximate_trimming: true
        cache_path: /var/cache/shipper.json
        log_level: "DEBUG"
        log_file: null
        """;

    private readonly ConfigurationDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Every_setting_of_the_second_generation_comes_to_ours()
    {
        EffectiveConfiguration configuration = Load(SecondGeneration).ThrowIfInvalid();
        Assert.Equal("redis://feeds.example.org:6380/3", configuration.Options.Feed.Url.Text);
        HsmOptions hsm = configuration.Options.Hsm;
        Assert.Equal(["/proc/fs/lustre/mdt/*-MDT????/hsm/actions"], hsm.Actions);
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromHours(1)), (hsm.PollInterval, hsm.HeartbeatInterval));
        Assert.Equal((ActionLayout.PerMdt, "site:hsm", "/var/cache/shipper.json"), (hsm.Layout, hsm.Topic, hsm.Snapshot));
        Assert.Equal(TimeSpan.FromHours(6), hsm.ReconcileInterval);
        Assert.Equal("DEBUG", configuration.OriginalLogLevel);
    }

    [Fact]
    public void What_has_no_effect_here_is_noted_with_its_line_and_the_reason()
    {
        EffectiveConfiguration configuration = Load(SecondGeneration);
        Assert.Equal([10, 11], configuration.Notes.Select(note => int.Parse(note.Split(':')[1])));
        Assert.Contains("trim_chunk_size has no effect: a trim is exact", configuration.Notes[0], StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_generation_means_a_single_topic_and_database_one()
    {
        EffectiveConfiguration configuration = Load("redis_host: db\nredis_stream_name: my:actions\naggressive_trim_threshold: 5\n").ThrowIfInvalid();
        Assert.Equal((ActionLayout.Single, "my:actions"), (configuration.Options.Hsm.Layout, configuration.Options.Hsm.Topic));
        Assert.Equal("redis://db:6379/1", configuration.Options.Feed.Url.Text);
    }

    [Theory]
    [InlineData("redis_host: db\npoll_intervall: 5\n", 2, "poll_intervall", "the tools have no such setting; did you mean 'poll_interval'?")]
    [InlineData("redis_host: db\nredis_port: 70000\n", 2, "redis_port", "'70000' is not a number from 1 to 65535")]
    [InlineData("redis_host: db\nredis_db: -1\n", 2, "redis_db", "'-1' is not a number from 0 to 65535")]
    [InlineData("redis_host: db\nmdt_watch_glob: [a]\n", 2, "mdt_watch_glob", "one plain value is expected")]
    [InlineData("redis_host: db\npoll_interval: often\n", 2, "hsm.poll_interval", "'often' is not a duration")]
    [InlineData("redis_stream_name: a\nredis_stream_prefix: b\n", 2, "redis_stream_prefix", "stands beside redis_stream_name")]
    [InlineData("redis_host: 'no host'\n", 1, "feed.url", "'no host:6379' is not host or host:port; a Redis feed URL has the form")]
    public void What_is_wrong_is_named_with_file_line_and_key(string text, int line, string key, string message)
    {
        ConfigurationProblem problem = Assert.Single(Load(text).Problems);
        Assert.Equal((line, key), (problem.Source.Line, problem.Key));
        Assert.StartsWith(message, problem.Message);
    }

    [Fact]
    public void A_log_file_is_taken_and_null_means_none()
    {
        Assert.Equal("/var/log/x", Load("redis_host: db\nlog_file: /var/log/x\n").ThrowIfInvalid().OriginalLogFile);
        Assert.Null(Load(SecondGeneration).OriginalLogFile);
    }

    [Fact]
    public void The_mount_point_of_the_tails_file_is_taken() =>
        Assert.Equal("/elm", Load("redis_host: db\nmountpoint: /elm\n").ThrowIfInvalid().Options.Hsm.MountPoint);

    [Fact]
    public void An_address_with_colons_is_a_host_too() =>
        Assert.Equal("redis://[::1]:6379/1", Load("redis_host: ::1\n").ThrowIfInvalid().Options.Feed.Url.Text);

    [Fact]
    public void A_file_with_a_section_of_ours_is_ours() =>
        Assert.StartsWith("there is no section 'redis_host'", Assert.Single(Load("hsm: {}\nredis_host: db\n").Problems).Message);

    private EffectiveConfiguration Load(string text) => ConfigurationLoader.LoadFile(_directory.Write("hsm_action_shipper.yaml", text));
}
