package dev.hayloft.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DigestChainTest {
    @Test
    void digest_afterAnyNumberOfDigests_isThePlatforms() {
        MessageDigest all = Sha256.newDigest();
        DigestChain chain = DigestChain.EMPTY;
        assertThat(chain.digest()).isEqualTo(Sha256.of(Sha256.newDigest()));
        for (int i = 1; i <= 70; i++) {
            Sha256 digest = Sha256.of(ByteBuffer.allocate(4).putInt(0, i));
            ByteBuffer bytes = ByteBuffer.allocate(Sha256.SIZE);
            digest.writeTo(bytes);
            all.update(bytes.array());
            chain = chain.plus(digest);
            assertThat(chain.count()).isEqualTo(i);
            assertThat(chain.digest()).isEqualTo(platform(all));
        }
    }

    private static Sha256 platform(MessageDigest digest) {
        try {
            return Sha256.of((MessageDigest) digest.clone());
        } catch (CloneNotSupportedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void chain_withALastDigestAtAnEvenNumber_isRefused() {
        Sha256 any = Sha256.of(ByteBuffer.allocate(0));
        assertThatThrownBy(() -> new DigestChain(2, any, Optional.of(any)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new DigestChain(1, any, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
